import type { Decision, Ref } from '@muster/actor';
import type { ActorName, CloseCode, WireMessage } from '@muster/protocol';
import type { AskOutcome, NodeEvent, NodeMessage } from './node-messages.ts';
import type { AskAnswer, LinkEnd } from './ports.ts';

/** A probe that is not answered within this many ms says dead: a live peer answers from its event loop. */
export const probeTimeoutMs = 1_000;
/** A flood of losses is told at this step. */
const lostStep = 1_000;

export interface NodeState {
  /** Closed, or told to close: what is sent now is lost. */
  readonly closing: boolean;
  readonly lost: number;
}

/** What came over the link. It waits in the mailbox among the rest, so that its bound holds. */
export type Received =
  | { readonly type: 'received'; readonly to: ActorName; readonly message: WireMessage }
  | {
      readonly type: 'received-ask';
      readonly to: ActorName;
      readonly message: WireMessage;
      readonly answer: AskAnswer;
    };

/** What only the node actor itself sends. */
export type NodeOwn =
  | { readonly type: 'link-ended'; readonly end: LinkEnd }
  | { readonly type: 'not-sent'; readonly what: WireMessage['type'] }
  | { readonly type: 'pinged'; readonly alive: boolean; readonly replyTo: Ref<'alive' | 'dead'> }
  | { readonly type: 'asked'; readonly outcome: AskOutcome; readonly replyTo: Ref<AskOutcome> };

export type NodeEffect =
  | { readonly type: 'tell-peer'; readonly to: ActorName; readonly message: WireMessage }
  | Extract<NodeMessage, { type: 'ask-peer' }>
  | { readonly type: 'ping'; readonly timeoutMs: number; readonly replyTo: Ref<'alive' | 'dead'> }
  | { readonly type: 'close'; readonly code: CloseCode; readonly text: string }
  | { readonly type: 'deliver'; readonly received: Received }
  | { readonly type: 'report'; readonly event: NodeEvent }
  | {
      readonly type: 'reply-stats';
      readonly to: Extract<NodeMessage, { type: 'get-stats' }>['replyTo'];
      readonly lost: number;
    }
  | { readonly type: 'reply-probe'; readonly to: Ref<'alive' | 'dead'>; readonly value: 'alive' | 'dead' }
  | { readonly type: 'reply-ask'; readonly to: Ref<AskOutcome>; readonly value: AskOutcome };

type Step = Decision<NodeState, NodeEffect>;

export const initialNode: NodeState = { closing: false, lost: 0 };

/** One step of a node actor. Pure. */
export function decideNode(state: NodeState, message: NodeMessage | Received | NodeOwn): Step {
  switch (message.type) {
    case 'send':
      if (state.closing) return lost(state, message.message.type);
      return next(state, [{ type: 'tell-peer', to: message.to, message: message.message }]);
    case 'not-sent':
      return lost(state, message.what);
    case 'ask-peer':
      return next(state, [state.closing ? { type: 'reply-ask', to: message.replyTo, value: closedOutcome } : message]);
    case 'asked':
      return next(state, [{ type: 'reply-ask', to: message.replyTo, value: message.outcome }]);
    case 'probe':
      return next(state, [probe(state, message.replyTo)]);
    case 'pinged':
      return next(state, [{ type: 'reply-probe', to: message.replyTo, value: message.alive ? 'alive' : 'dead' }]);
    case 'close':
      if (state.closing) return next(state);
      return next({ ...state, closing: true }, [{ type: 'close', code: message.code, text: message.text }]);
    case 'received':
    case 'received-ask':
      return next(state, [{ type: 'deliver', received: message }]);
    case 'link-ended':
      return next({ ...state, closing: true }, [{ type: 'report', event: { type: 'link-closed', end: message.end } }]);
    case 'get-stats':
      return next(state, [{ type: 'reply-stats', to: message.replyTo, lost: state.lost }]);
  }
}

const closedOutcome: AskOutcome = { ok: false, failure: { code: 'closed', text: 'the link to the node is closed' } };

const probe = (state: NodeState, replyTo: Ref<'alive' | 'dead'>): NodeEffect =>
  state.closing
    ? { type: 'reply-probe', to: replyTo, value: 'dead' }
    : { type: 'ping', timeoutMs: probeTimeoutMs, replyTo };

function lost(state: NodeState, last: WireMessage['type']): Step {
  const count = state.lost + 1;
  const told = count === 1 || count % lostStep === 0;
  return next(
    { ...state, lost: count },
    told ? [{ type: 'report', event: { type: 'messages-lost', lost: count, last } }] : [],
  );
}

const next = (state: NodeState, effects: readonly NodeEffect[] = []): Step => ({ state, effects });
