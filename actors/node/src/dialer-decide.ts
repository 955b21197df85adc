import type { Decision, Ref } from '@muster/actor';
import { type BackoffConfig, longestWait, nextWait } from './backoff.ts';
import type { DialerEvent, DialerMessage, LinkView } from './dialer-messages.ts';
import type { Failure, LinkEnd, OpenedLink } from './ports.ts';

export interface DialerConfig extends BackoffConfig {
  /**
   * A dial that is not connected (TCP and TLS) by then is given up, ms. Short, for one that began before the
   * network came back never finishes. After `patientAfter` of these in a row `dialTimeoutMs` counts alone:
   * the master may be there and slow.
   */
  readonly connectTimeoutMs: number;
  /** A dial with its handshake that takes longer is given up, ms. More than a probe and a replacement at the master take. */
  readonly dialTimeoutMs: number;
  /** A link that held for this long starts the waits from the shortest again, ms. */
  readonly stableMs: number;
}

/** Dials in a row that ran out of time before the dialer has more patience: about a minute's worth. */
const patientAfter = 40;

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
  | { readonly type: 'dial'; readonly attempt: number; readonly connectWithinMs: number; readonly withinMs: number }
  | { readonly type: 'abort-dial'; readonly why: string }
  | { readonly type: 'abandon-dial'; readonly why: string }
  | { readonly type: 'dial-after'; readonly waitMs: number }
  | { readonly type: 'hand-over'; readonly link: L }
  /** Nobody is to have it. */
  | { readonly type: 'close-link'; readonly link: L; readonly why: string }
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
      return overdue(state, message.attempt);
    case 'link-closed':
      return state.phase === 'linked' ? closed(state, message.end, now, draw(), config) : next(state);
    case 'get-link':
      return next(state, [{ type: 'reply', to: message.replyTo, value: viewOf(state, now) }]);
  }
}

/**
 * One step of a dialer that is being stopped, and comes only to what it had sent itself and to the end of its
 * dial: it dials no more, and a link that opened just then is handed to nobody.
 */
export function decideEnding<L extends OpenedLink>(
  state: DialerState,
  message: DialerMessage | DialerOwn<L>,
  why: string,
): Step<L> {
  return next(state, message.type === 'dialed' ? [{ type: 'close-link', link: message.link, why }] : []);
}

function dial<L>(state: DialerState, config: DialerConfig): Step<L> {
  const attempt = state.attempt + 1;
  const patient = state.lastFailure?.code === 'timeout' && state.times >= patientAfter;
  const connectWithinMs = patient ? config.dialTimeoutMs : config.connectTimeoutMs;
  const effect = { type: 'dial', attempt, connectWithinMs, withinMs: config.dialTimeoutMs } as const;
  return next({ ...state, phase: 'dialing', attempt }, [effect]);
}

function dialed<L extends OpenedLink>(state: DialerState, link: L, now: number): Step<L> {
  return next({ ...state, phase: 'linked', at: now, times: 0 }, [
    { type: 'hand-over', link },
    { type: 'report', event: { type: 'linked', peer: link.peer, attempt: state.attempt } },
  ]);
}

function overdue<L>(state: DialerState, attempt: number): Step<L> {
  if (state.phase !== 'dialing' || state.attempt !== attempt) return next(state);
  return next(state, [
    {
      type: 'abort-dial',
      why: 'the master did not answer in time: it is stuck, its address is wrong, or the line is bad',
    },
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
