/**
 * Stands for one peer: the way in and out of one open link.
 *
 * Messages to and from the peer pass its mailbox, in order; streams of bytes do not. A mailbox that
 * overflows closes the link with `overloaded`. It lives as long as its link: a stop says goodbye with
 * `shutting-down`, a crash cuts the link, and the end of the link is told once, whoever caused it. Spawn it
 * as temporary: it is never restarted, the peer's next link has an actor of its own.
 */
import { type Clock, offer, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import type { ActorName, NodeName, WireMessage } from '@muster/protocol';
import { decideNode, initialNode, type NodeEffect, type NodeOwn, type NodeState, type Received } from './node-decide.ts';
import type { AskOutcome, NodeEvent, NodeMessage } from './node-messages.ts';
import { type AskAnswer, failureOf, type LinkEnd, type NodeLink, type NodeLinkHandlers, type StreamToPeer } from './ports.ts';

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

/** Starts the actor of an open link, as `node:NAME`. */
export function spawnNode(parent: Parent, deps: NodeDeps): Ref<NodeMessage> {
  const { link } = deps;
  const from = link.peer.node;
  const ending = linkEnding(deps);
  const self: Ref<NodeMessage | Received> = spawnActor<NodeState, NodeMessage | Received, NodeOwn, NodeEffect>(parent, {
    name: `node:${from}`,
    clock: deps.clock,
    mailbox: { capacity: mailboxCapacity, overflow: 'refuse' },
    init: () => initialNode,
    started: (scope) => ending.ownedBy(scope),
    decide: decideNode,
    perform: (effect, scope) => perform(effect, deps, ending, scope),
    stopping: ({ closing }) =>
      closing ? [] : [{ type: 'close', code: 'shutting-down', text: 'the node is shutting down' }],
    redact: ({ type }) => ({ type }),
  });
  const take = (received: Received): boolean => {
    if (offer(self, received)) return true;
    link.close('overloaded', `${mailboxCapacity} messages wait; the peer sends faster than they are handled`);
    return false;
  };
  deps.start({
    message: (to, message) => void take({ type: 'received', to, message }),
    ask: (to, message, answer) => {
      if (!take({ type: 'received-ask', to, message, answer })) answer.fail('overloaded', 'the node has too much to do');
    },
    open: (to, message, stream) => deps.deliverOpen(from, to, message, stream),
    closed: ending.linkEnded,
  });
  return self;
}

/** Sees to it that the end of the link is told once, and that the end of the actor is the end of the link. */
interface LinkEnding {
  ownedBy(scope: Scope<NodeOwn>): void;
  linkEnded(end: LinkEnd): void;
  report(event: NodeEvent): void;
}

function linkEnding(deps: NodeDeps): LinkEnding {
  let owner: Scope<NodeOwn> | undefined;
  let said = false;
  let end: LinkEnd | undefined;
  let told = false;

  const report = (event: NodeEvent): void => {
    if (event.type === 'link-closed' && told) return;
    told ||= event.type === 'link-closed';
    deps.report(event);
  };
  const actorEnded = (): void => {
    if (end !== undefined) return report({ type: 'link-closed', end });
    // After a goodbye the link closes in its own time; a crash says none, so it is cut.
    if (!said) deps.link.destroy(new Error(`the node actor of ${deps.link.peer.node} crashed`));
  };
  return { ownedBy, linkEnded, report };
}

function perform(effect: NodeEffect, deps: NodeDeps, ending: LinkEnding, scope: Scope<NodeOwn>): void {}
