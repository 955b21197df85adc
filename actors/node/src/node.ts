/**
 * Stands for one peer: the way in and out of one open link.
 *
 * Messages to and from the peer pass its mailbox, in order; streams of bytes do not. A mailbox that
 * overflows closes the link with `overloaded`. It lives as long as its link: a stop says goodbye with
 * `shutting-down`, a crash cuts the link, and the end of the link is told once, whoever caused it. Spawn it
 * as temporary: it is never restarted, the peer's next link has an actor of its own.
 */
import { type Behaviour, type Clock, offer, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import type { ActorName, CloseCode, NodeName, WireMessage } from '@muster/protocol';
import {
  decideNode,
  initialNode,
  type NodeEffect,
  type NodeOwn,
  type NodeState,
  type Received,
} from './node-decide.ts';
import type { AskOutcome, NodeEvent, NodeMessage } from './node-messages.ts';
import {
  type AskAnswer,
  failureOf,
  type LinkEnd,
  type NodeLink,
  type NodeLinkHandlers,
  type StreamToPeer,
} from './ports.ts';

/** Deep enough for every agent row of a large worker at once; a peer that fills it is faster than we are. */
const mailboxCapacity = 10_000;

/** What a node actor needs of the node it runs in. None of it blocks or throws. */
export interface NodeDeps {
  readonly clock: Clock;
  readonly link: NodeLink;
  /** Starts the delivery of what comes over the link. Called once. */
  readonly start: (handlers: NodeLinkHandlers) => void;
  readonly deliver: (from: NodeName, to: ActorName, message: WireMessage) => void;
  readonly deliverAsk: (from: NodeName, to: ActorName, message: WireMessage, answer: AskAnswer) => void;
  readonly deliverOpen: (from: NodeName, to: ActorName, message: WireMessage, stream: StreamToPeer) => void;
  readonly report: (event: NodeEvent) => void;
}

/** Starts the actor of an open link, as `node:NAME`. Throws, and closes the link, when `parent` takes no child of that name. */
export function spawnNode(parent: Parent, deps: NodeDeps): Ref<NodeMessage> {
  const ending = linkEnding(deps);
  try {
    const self = spawnActor<NodeState, NodeMessage | Received, NodeOwn, NodeEffect>(parent, behaviour(deps, ending));
    deps.start(handlersOf(self, deps, ending));
    return self;
  } catch (error) {
    deps.link.close('shutting-down', 'this node takes no more links');
    throw error;
  }
}

const behaviour = (
  deps: NodeDeps,
  ending: LinkEnding,
): Behaviour<NodeState, NodeMessage | Received, NodeOwn, NodeEffect> => ({
  name: `node:${deps.link.peer.node}`,
  clock: deps.clock,
  mailbox: { capacity: mailboxCapacity, overflow: 'refuse' },
  init: () => initialNode,
  started: ending.ownedBy,
  decide: decideNode,
  perform: (effect, scope) => perform(effect, deps, ending, scope),
  stopping: ({ closing }) => (closing ? [] : [goodbye]),
  redact: ({ type }) => ({ type }),
});

const goodbye: NodeEffect = { type: 'close', code: 'shutting-down', text: 'the node is shutting down' };

/** Puts what comes over the link into the mailbox; a link that fills it is closed. */
function handlersOf(self: Ref<Received>, { link, deliverOpen }: NodeDeps, ending: LinkEnding): NodeLinkHandlers {
  const take = (received: Received): boolean => {
    if (offer(self, received)) return true;
    link.close('overloaded', `${mailboxCapacity} messages wait: they come faster than they are handled`);
    return false;
  };
  return {
    message: (to, message) => void take({ type: 'received', to, message }),
    ask: (to, message, answer) => {
      if (!take({ type: 'received-ask', to, message, answer }))
        answer.fail('overloaded', 'the node has too much to do');
    },
    open: (to, message, stream) => deliverOpen(link.peer.node, to, message, stream),
    closed: ending.linkEnded,
  };
}

/** Sees to it that the end of the link is told once, and that the end of the actor is the end of the link. */
interface LinkEnding {
  readonly ownedBy: (scope: Scope<NodeOwn>) => void;
  readonly linkEnded: (end: LinkEnd) => void;
  readonly close: (code: CloseCode, text: string) => void;
  readonly report: (event: NodeEvent) => void;
}

function linkEnding({ link, report }: NodeDeps): LinkEnding {
  let owner: Scope<NodeOwn> | undefined;
  let saidGoodbye = false;
  let ended: LinkEnd | undefined;
  let told = false;

  const reportOnce = (event: NodeEvent): void => {
    if (event.type === 'link-closed' && told) return;
    told ||= event.type === 'link-closed';
    report(event);
  };
  const actorEnded = (): void => {
    if (ended !== undefined) reportOnce({ type: 'link-closed', end: ended });
    // After a goodbye the link closes in its own time; a crash says none, so the link is cut.
    else if (!saidGoodbye) link.destroy(new Error(`the actor of ${link.peer.node} crashed`));
  };
  return {
    ownedBy: (scope) => {
      owner = scope;
      scope.signal.addEventListener('abort', actorEnded, { once: true });
    },
    linkEnded: (end) => {
      ended = end;
      if (owner === undefined || owner.signal.aborted) reportOnce({ type: 'link-closed', end });
      else owner.send({ type: 'link-ended', end });
    },
    close: (code, text) => {
      saidGoodbye = true;
      link.close(code, text);
    },
    report: reportOnce,
  };
}

function perform(effect: NodeEffect, deps: NodeDeps, ending: LinkEnding, scope: Scope<NodeOwn>): void {
  switch (effect.type) {
    case 'tell-peer':
      if (!deps.link.tell(effect.to, effect.message)) scope.send({ type: 'not-sent', what: effect.message.type });
      break;
    case 'ask-peer':
      askPeer(effect, deps.link, scope);
      break;
    case 'ping':
      ping(effect, deps.link, scope);
      break;
    case 'close':
      ending.close(effect.code, effect.text);
      break;
    case 'deliver':
      deliver(effect.received, deps);
      break;
    case 'report':
      ending.report(effect.event);
      break;
    case 'reply-stats':
      tell(effect.to, { ...deps.link.stats(), lost: effect.lost });
      break;
    case 'reply-probe':
      tell(effect.to, effect.value);
      break;
    case 'reply-ask':
      tell(effect.to, effect.value);
      break;
  }
}

function askPeer(effect: Extract<NodeEffect, { type: 'ask-peer' }>, link: NodeLink, scope: Scope<NodeOwn>): void {
  const { to, message, timeoutMs, replyTo } = effect;
  const asked = (outcome: AskOutcome): NodeOwn => ({ type: 'asked', outcome, replyTo });
  scope.run(
    () => link.ask(to, message, timeoutMs),
    (reply) => asked({ ok: true, message: reply }),
    (error) => asked({ ok: false, failure: failureOf(error) }),
  );
}

function ping(
  { timeoutMs, replyTo }: Extract<NodeEffect, { type: 'ping' }>,
  link: NodeLink,
  scope: Scope<NodeOwn>,
): void {
  const pinged = (alive: boolean): NodeOwn => ({ type: 'pinged', alive, replyTo });
  scope.run(
    () => link.ping(timeoutMs),
    () => pinged(true),
    () => pinged(false),
  );
}

function deliver(received: Received, deps: NodeDeps): void {
  const from = deps.link.peer.node;
  if (received.type === 'received') deps.deliver(from, received.to, received.message);
  else deps.deliverAsk(from, received.to, received.message, received.answer);
}
