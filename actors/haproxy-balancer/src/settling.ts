/** The end of a plan, and the wait until the agents are back. Pure. */
import {
  type Around,
  type Moved,
  moved,
  type Running,
  report,
  type Settling,
  type State,
  sessionsOf,
} from './state.ts';

/** The plan that runs, if any, is given up: what it ended is waited for, and a new one will come from how it is then. */
export function dropped(state: State, around: Around): Moved {
  const { running } = state;
  return running === undefined ? moved(state) : moved(waitFor({ ...state, running: undefined }, running, around));
}

/** The plan has ended all that it was to end. */
export function finished(state: State, running: Running, around: Around): Moved {
  const full = running.mode === 'full' && state.full ? { ...state.full, passes: state.full.passes + 1 } : state.full;
  const next: State = { ...state, running: undefined, full };
  return moved(waitFor(next, running, around));
}

function waitFor(state: State, running: Running, { now, config }: Around): State {
  if (running.cuts === 0) return state;
  const until = now + config.settleMs;
  const { expected, startedAt, cuts } = running;
  const atMost = running.sources === undefined ? leftOf(running) : new Map<string, number>();
  const settling: Settling = { expected, atMost, until, startedAt, cuts };
  return { ...state, settling, plans: state.plans + 1 };
}

/** Agents that were asked go when they like: only a server that lost as many as were asked has settled. */
const leftOf = ({ before, done }: Running): ReadonlyMap<string, number> =>
  new Map([...done].map(([name, count]) => [name, (before.get(name) ?? 0) - count]));

/** 32 times the usual wait, at most. */
const mostLate = 5;

/**
 * Ends the wait when all are back, or when it was long enough. After agents that did not come back others are not
 * moved at once, and each time later: who cannot come back should not become more.
 */
export function settled(state: State, { now, config }: Around): Moved {
  const { settling } = state;
  if (settling === undefined) return moved(state);
  const back = sessionsOf(state.servers) >= settling.expected;
  const gone = state.servers.every(({ name, sessions }) => sessions <= (settling.atMost.get(name) ?? sessions));
  const inTime = back && gone;
  if (!inTime && now < settling.until) return moved(state);
  const next: State = { ...state, settling: undefined };
  if (settling.cuts === 0) return moved(next);
  const tookMs = now - settling.startedAt;
  const told = report({ type: 'settled', cuts: settling.cuts, tookMs, inTime });
  if (inTime) return moved({ ...next, lastPlanMs: tookMs, late: 0 }, told);
  const late = state.late + 1;
  const askAt = now + config.frequencyMs * 2 ** Math.min(late - 1, mostLate);
  return moved({ ...next, lastPlanMs: tookMs, late, full: undefined, askAt }, told);
}
