import type { Decision } from '@muster/actor';
import type { Answer } from '@muster/link';
import { nodeOrders } from '@muster/protocol';
import type { LocalReply, LocalRequest } from './local.ts';
import type { ControlMessage, Origin } from './messages.ts';

/** A request that is being worked on. */
export interface Request {
  readonly from: Origin;
  readonly answer: Answer;
  readonly type: LocalRequest['type'];
  readonly withinMs: number;
  readonly deadlineAt: number;
}

export interface State {
  readonly socket: 'closed' | 'opening' | 'open';
  /** The last failure to open the socket that was warned of; the same is not warned of twice. */
  readonly warned: string | undefined;
  readonly nextId: number;
  readonly requests: ReadonlyMap<number, Request>;
}

/** What only the actor itself sends. */
export type Own =
  | { readonly type: 'opened' }
  | { readonly type: 'open-failed'; readonly text: string }
  /** The socket was open, and its file is gone. */
  | { readonly type: 'lost' }
  | { readonly type: 'answered'; readonly id: number; readonly reply: LocalReply }
  | { readonly type: 'refused'; readonly id: number; readonly code: string; readonly text: string }
  /** Time to look at deadlines, and to try a socket that could not be opened. */
  | { readonly type: 'tick' };

export type Effect =
  | { readonly type: 'open-socket' }
  /** `ofPeer`: another node asks, itself or for a third. */
  | { readonly type: 'work'; readonly id: number; readonly request: LocalRequest; readonly ofPeer?: true }
  | { readonly type: 'reply'; readonly answer: Answer; readonly reply: LocalReply }
  | { readonly type: 'fail'; readonly answer: Answer; readonly code: string; readonly text: string }
  | { readonly type: 'warn'; readonly text: string };

export interface Limits {
  /** Milliseconds that a request which does something may take. At least 1. */
  readonly deadlineMs: number;
  /** The same for a view: with the pause between two looks, below the 2 s after which a person thinks that it hangs. At least 1. */
  readonly viewDeadlineMs: number;
  /**
   * Requests worked on at once, those of this machine and those of nodes each; more are refused, so that a
   * mad client costs no memory, and no node keeps the people here from asking. At least 1.
   */
  readonly maxRequests: number;
  /** Of these, requests of one node. At least 1. */
  readonly maxPerNode: number;
  /** What is relayed by a peer may be an order: so on a worker, whose only peer is its master. */
  readonly peersMayOrder: boolean;
}

export const nothingYet: State = { socket: 'closed', warned: undefined, nextId: 1, requests: new Map() };

/** What a node may ask of another's control. */
const askableByNodes: ReadonlySet<LocalRequest['type']> = new Set([
  'get-cluster',
  'explain',
  'get-agents',
  'get-agent',
  'get-healthcheck',
]);

/** What changes something, and may take its time. The rest are views. */
const orders: ReadonlySet<string> = new Set([
  ...nodeOrders,
  ...([
    'sync-now',
    'forget-node',
    'drain-node',
    'register-agent',
    'remove-agent',
    'assign-group',
  ] satisfies readonly LocalRequest['type'][]),
]);
const isOrder = (message: LocalRequest): boolean =>
  orders.has(message.type === 'relay' ? message.message.type : message.type);

/** One step of the actor. Pure; `now` is milliseconds on a monotonic scale. */
export function decide(
  state: State,
  message: ControlMessage | Own,
  now: number,
  limits: Limits,
): Decision<State, Effect> {
  switch (message.type) {
    case 'ask':
      return asked(state, message, now, limits);
    case 'answered':
      return settled(state, message.id, (answer) => ({ type: 'reply', answer, reply: message.reply }));
    case 'refused':
      return settled(state, message.id, (answer) => fail(answer, message.code, message.text));
    case 'opened':
      return next({ ...state, socket: 'open', warned: undefined });
    case 'open-failed':
      return notOpened(state, message.text);
    case 'lost':
      return next({ ...state, socket: 'closed' }, [{ type: 'warn', text: lostText }]);
    case 'tick':
      return tick(state, now);
  }
}

const lostText = 'The file of the local socket was deleted or replaced; it is made anew.';

function asked(
  state: State,
  { from, message, answer }: ControlMessage,
  now: number,
  limits: Limits,
): Decision<State, Effect> {
  if (!mayAsk(from, message, limits)) {
    return next(state, [fail(answer, 'not-allowed', `Only a program on the node itself may ask for ${message.type}.`)]);
  }
  const before = takenBy(state, from, limits);
  if (before !== undefined) {
    const text = `${before} requests are being answered already. Ask again in a moment.`;
    return next(state, [fail(answer, 'overloaded', text)]);
  }
  const id = state.nextId;
  const withinMs = isOrder(message) ? limits.deadlineMs : limits.viewDeadlineMs;
  const request = { from, answer, type: message.type, withinMs, deadlineAt: now + withinMs };
  const requests = new Map(state.requests).set(id, request);
  return next({ ...state, nextId: id + 1, requests }, [
    { type: 'work', id, request: message, ...(from.kind === 'node' ? { ofPeer: true as const } : {}) },
  ]);
}

/** How many requests stand before another one of `from`, when these are all that there may be. */
function takenBy(state: State, from: Origin, { maxRequests, maxPerNode }: Limits): number | undefined {
  const alike = [...state.requests.values()].filter((request) => request.from.kind === from.kind);
  if (alike.length >= maxRequests) return alike.length;
  if (from.kind === 'local') return undefined;
  const own = alike.filter((request) => request.from.kind === 'node' && request.from.node === from.node).length;
  return own >= maxPerNode ? own : undefined;
}

/** An outcome of a request that ran into its deadline is dropped: its client was told already. */
function settled(state: State, id: number, effect: (answer: Answer) => Effect): Decision<State, Effect> {
  const request = state.requests.get(id);
  return request === undefined ? next(state) : next(without(state, [id]), [effect(request.answer)]);
}

function notOpened(state: State, text: string): Decision<State, Effect> {
  const warn: readonly Effect[] = text === state.warned ? [] : [{ type: 'warn', text }];
  return next({ ...state, socket: 'closed', warned: text }, warn);
}

function tick(state: State, now: number): Decision<State, Effect> {
  const late = [...state.requests].filter(([, { deadlineAt }]) => now >= deadlineAt);
  const effects: Effect[] = late.map(([, { answer, type, withinMs }]) => {
    return fail(answer, 'timeout', `The node did not answer ${type} within ${withinMs} ms.`);
  });
  const left = without(
    state,
    late.map(([id]) => id),
  );
  if (state.socket !== 'closed') return next(left, effects);
  return next({ ...left, socket: 'opening' }, [...effects, { type: 'open-socket' }]);
}

function mayAsk(from: Origin, message: LocalRequest, { peersMayOrder }: Limits): boolean {
  if (from.kind === 'local') return true;
  if (message.type === 'relay') return peersMayOrder || !isOrder(message);
  return askableByNodes.has(message.type);
}

const next = (state: State, effects: readonly Effect[] = []): Decision<State, Effect> => ({ state, effects });
const fail = (answer: Answer, code: string, text: string): Effect => ({ type: 'fail', answer, code, text });
const without = (state: State, ids: readonly number[]): State => ({
  ...state,
  requests: new Map([...state.requests].filter(([id]) => !ids.includes(id))),
});
