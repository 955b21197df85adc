import type { Decision, Ref } from '@muster/actor';
import { type BackoffConfig, longestWait, nextWait } from './backoff.ts';
import type { DialerEvent, DialerMessage, LinkView } from './dialer-messages.ts';
import type { Failure, LinkEnd, OpenedLink } from './ports.ts';

export interface DialerConfig extends BackoffConfig {
  /** A dial with its handshake that takes longer is given up, ms. */
  readonly dialTimeoutMs: number;
  /** A link that held for this long starts the waits from the shortest again, ms. */
  readonly stableMs: number;
}

export interface DialerState {
  readonly phase: 'dialing' | 'linked' | 'waiting';
  readonly attempt: number;
  /** The wait before the last dial, ms. 0: none since the last link that held. */
  readonly waitMs: number;
  /** When the link opened, or when the next dial is due. */
  readonly at: number;
  readonly lastFailure: Failure | undefined;
  /** Failed dials in a row with the code of `lastFailure`. */
  readonly times: number;
}

/** What only the dialer itself sends. */
export type DialerOwn<L> =
  | { readonly type: 'dial-now' }
  | { readonly type: 'dialed'; readonly link: L }
  | { readonly type: 'dial-failed'; readonly failure: Failure }
  /** Dial `attempt` has taken too long, if it is still in flight. */
  | { readonly type: 'dial-overdue'; readonly attempt: number };

export type DialerEffect<L> =
  /** At most one is in flight. */
  | { readonly type: 'dial'; readonly attempt: number; readonly withinMs: number }
  | { readonly type: 'abort-dial'; readonly why: string }
  | { readonly type: 'abandon-dial'; readonly why: string }
  | { readonly type: 'dial-after'; readonly waitMs: number }
  | { readonly type: 'hand-over'; readonly link: L }
  | { readonly type: 'report'; readonly event: DialerEvent }
  | { readonly type: 'reply'; readonly to: Ref<LinkView>; readonly value: LinkView };

type Step<L> = Decision<DialerState, DialerEffect<L>>;

/** A fresh incarnation keeps a link that is open, and otherwise dials. */
export const initialDialer = (linked: boolean, now: number): DialerState => ({
  phase: linked ? 'linked' : 'waiting',
  attempt: 0,
  waitMs: 0,
  at: now,
  lastFailure: undefined,
  times: 0,
});

/** One step of the dialer. Pure for a given `draw`, which gives random numbers in [0, 1). */
export function decideDialer<L extends OpenedLink>(
  state: DialerState,
  message: DialerMessage | DialerOwn<L>,
  { now, draw }: { readonly now: number; readonly draw: () => number },
  config: DialerConfig,
): Step<L> {
  switch (message.type) {
    case 'dial-now':
      return state.phase === 'waiting' ? dial(state, config) : next(state);
    case 'dialed':
      return dialed(state, message.link, now);
    case 'dial-failed':
      return state.phase === 'dialing' ? failed(state, message.failure, now, draw(), config) : next(state);
    case 'dial-overdue':
      return overdue(state, message.attempt, config);
    case 'link-closed':
      return state.phase === 'linked' ? closed(state, message.end, now, draw(), config) : next(state);
    case 'get-link':
      return next(state, [{ type: 'reply', to: message.replyTo, value: viewOf(state, now) }]);
  }
}

function dial<L>(state: DialerState, config: DialerConfig): Step<L> {
  const attempt = state.attempt + 1;
  return next({ ...state, phase: 'dialing', attempt }, [{ type: 'dial', attempt, withinMs: config.dialTimeoutMs }]);
}

function dialed<L extends OpenedLink>(state: DialerState, link: L, now: number): Step<L> {
  return next({ ...state, phase: 'linked', at: now, times: 0 }, [
    { type: 'hand-over', link },
    { type: 'report', event: { type: 'linked', peer: link.peer, attempt: state.attempt } },
  ]);
}

function overdue<L>(state: DialerState, attempt: number, config: DialerConfig): Step<L> {
  if (state.phase !== 'dialing' || state.attempt !== attempt) return next(state);
  return next(state, [
    { type: 'abort-dial', why: `no link within ${config.dialTimeoutMs} ms: the master is stuck, or the line is bad` },
  ]);
}

function failed<L>(state: DialerState, failure: Failure, now: number, random: number, config: DialerConfig): Step<L> {
  const times = state.lastFailure?.code === failure.code ? state.times + 1 : 1;
  const waiting = wait<L>({ ...state, times, lastFailure: failure }, now, random, config);
  if (times !== 1 && times % 10 !== 0) return waiting;
  const event: DialerEvent = { type: 'dial-failed', failure, times, nextTryMs: waiting.state.waitMs };
  return { ...waiting, effects: [...waiting.effects, { type: 'report', event }] };
}

function closed<L>(state: DialerState, end: LinkEnd, now: number, random: number, config: DialerConfig): Step<L> {
  const heldMs = now - state.at;
  const held = heldMs >= config.stableMs ? { attempt: 0, waitMs: 0 } : {};
  const lastFailure = { code: end.code, text: end.text };
  const waiting = wait<L>({ ...state, ...held, lastFailure, times: 0 }, now, random, config);
  const event: DialerEvent = { type: 'link-closed', end, heldMs, nextTryMs: waiting.state.waitMs };
  return { ...waiting, effects: [...waiting.effects, { type: 'report', event }] };
}

/** Waits before the next dial, as long as the last failure asks for. */
function wait<L>(state: DialerState, now: number, random: number, config: DialerConfig): Step<L> {
  const longestMs = longestWait(state.lastFailure?.code ?? '', config);
  const waitMs = nextWait(state.waitMs, random, longestMs, config.retryMinMs);
  return next({ ...state, phase: 'waiting', waitMs, at: now + waitMs }, [{ type: 'dial-after', waitMs }]);
}

const viewOf = ({ phase, attempt, at, lastFailure }: DialerState, now: number): LinkView => ({
  state: phase,
  attempt,
  ...(lastFailure === undefined ? {} : { lastError: lastFailure }),
  ...(phase === 'waiting' ? { nextTryMs: Math.max(0, at - now) } : {}),
});

const next = <L>(state: DialerState, effects: readonly DialerEffect<L>[] = []): Step<L> => ({ state, effects });
