/**
 * Level-triggered: after every message the same questions are asked of the whole state, so that no message
 * that is lost, doubled or late leaves the reporter stuck.
 */
import { allIds, isBucket } from '@muster/protocol';
import type { MarkNumbers } from './messages.ts';
import {
  type Effect,
  type Exchange,
  noRound,
  type ReporterLimits,
  report,
  type State,
  type Step,
  step,
} from './state.ts';
import { rests } from './troubles.ts';

/** An answer waits this long, ms, for moves that were sent before it; then they are lost, and the views are compared. */
const movesMs = 1_000;
/** Ranges that are cut by one `check-agents`. */
const rangesAtOnce = 8;

export const andThen = (before: Step, next: (state: State) => Step): Step => {
  const { state, effects } = next(before.state);
  return effects.length === 0
    ? { state, effects: before.effects }
    : { state, effects: [...before.effects, ...effects] };
};

/** Everything that follows from the state at `now`, ms. */
export function advance(before: Step, now: number, limits: ReporterLimits): Step {
  const looked = andThen(before, (state) => look(state, now));
  const confirmed = andThen(looked, (state) => confirm(state, now));
  const asked = andThen(confirmed, (state) => ask(state, now));
  const removed = andThen(asked, (state) => remove(state, now, limits));
  const marked = andThen(removed, mark);
  return andThen(marked, (state) => setAlarm(state, now, limits));
}

function look(state: State, now: number): Step {
  if (!state.lookAgain || state.looking) return step(state);
  if (rests(state, 'manager', now) || rests(state, 'store', now)) return step(state);
  return step({ ...state, lookAgain: false, looking: true }, { type: 'observe' });
}

/** Writes an answer down once all moves that were sent before it are here; those that were sent after it count after it. */
function confirm(state: State, now: number): Step {
  const { exchange } = state;
  if (exchange?.type !== 'batch' || exchange.answer === undefined || exchange.storing) return step(state);
  const { link, batch, moves } = exchange;
  const { updates, taken, at } = exchange.answer;
  const missing = state.movedSeen < taken.moved;
  if (missing && link === state.link && now < at + movesMs) return step(state);
  const later = moves.filter(({ number }) => number > taken.moved);
  const after: State = { ...state, exchange: { ...exchange, storing: true } };
  return step(
    missing ? { ...after, differs: true, movedSeen: taken.moved, movedStored: taken.moved } : after,
    { type: 'confirm', link, batch, updates, outcome: taken },
    ...later.map(({ number, ids }): Effect => ({ type: 'store-moves', link, number, ids })),
  );
}

/** Asks the master one thing at a time: batches and the steps of a comparison take turns. */
function ask(state: State, now: number): Step {
  if (!state.linked || state.exchange !== undefined) return step(state);
  if (rests(state, 'master', now) || rests(state, 'store', now)) return step(state);
  const begun = withDescent(state);
  const { descent, mayWait, lastTurn } = begun;
  if (mayWait && (descent === undefined || lastTurn === 'descent')) return sendBatch(begun);
  if (descent !== undefined) return descend(begun, descent);
  return step(begun);
}

/** What waits is sent first: it would only be found to differ. */
function withDescent(state: State): State {
  if (!state.differs || state.descent !== undefined || state.backlog !== 0) return state;
  return { ...state, differs: false, descent: { todo: [allIds], asks: 0, wanted: 0, lost: 0 } };
}

function sendBatch(state: State): Step {
  const { link } = state;
  const batch = state.batch + 1;
  const exchange: Exchange = { type: 'batch', link, batch, storing: false, moves: [] };
  return step({ ...state, batch, exchange, mayWait: false, lastTurn: 'batch' }, { type: 'send', link, batch });
}

function descend(state: State, descent: NonNullable<State['descent']>): Step {
  const { link } = state;
  const [first, ...rest] = descent.todo;
  if (first === undefined) return descended(state, descent);
  const asks = descent.asks + 1;
  if (isBucket(first)) {
    const next: State = { ...state, descent: { ...descent, todo: rest, asks }, lastTurn: 'descent' };
    return step(
      { ...next, exchange: { type: 'compare', link, storing: false } },
      { type: 'compare', link, range: first },
    );
  }
  const wide = descent.todo.findIndex((range) => isBucket(range));
  const ranges = descent.todo.slice(0, Math.min(rangesAtOnce, wide === -1 ? descent.todo.length : wide));
  const todo = descent.todo.slice(ranges.length);
  const next: State = { ...state, descent: { ...descent, todo, asks }, lastTurn: 'descent' };
  return step({ ...next, exchange: { type: 'check', link } }, { type: 'check', link, ranges });
}

/** What is wanted again is a backlog: until it is confirmed the views do differ. */
function descended(state: State, { asks, wanted, lost }: NonNullable<State['descent']>): Step {
  const backlog = (state.backlog ?? 0) + wanted;
  const event = report({ type: 'compared', asks, wanted, lost });
  return andThen(step({ ...state, backlog, descent: undefined }, event), (next) =>
    next.mayWait ? sendBatch(next) : step(next),
  );
}

function remove(state: State, now: number, { confirmAfterMs }: ReporterLimits): Step {
  const { due, held } = state.removals;
  if (rests(state, 'store', now)) return step(state);
  const reread = held !== undefined && !held.rereading && now >= held.at + confirmAfterMs;
  const next: State = reread ? { ...state, removals: { due, held: { ...held, rereading: true } } } : state;
  const effects: readonly Effect[] = reread ? [{ type: 'reread-keys' }] : [];
  if (due.size === 0 || state.removing) return step(next, ...effects);
  return step({ ...next, removing: true }, ...effects, { type: 'remove', ids: due });
}

/** Tells what the beat shall say, when that changed. */
function mark(state: State): Step {
  const numbers = numbersOf(state);
  const { marked } = state;
  const same =
    marked !== undefined &&
    marked.batch === numbers.batch &&
    marked.moved === numbers.moved &&
    marked.backlog === numbers.backlog;
  return same ? step(state) : step({ ...state, marked: numbers }, { type: 'mark', numbers });
}

/** A backlog that was not counted yet is 1: there may be one. */
export const numbersOf = ({ confirmed, movedStored, backlog }: State): MarkNumbers => ({
  batch: confirmed,
  moved: movedStored,
  backlog: backlog ?? 1,
});

/** Sets the one timer to the next moment at which something may be tried again. */
function setAlarm(state: State, now: number, { confirmAfterMs }: ReporterLimits): Step {
  const dues = [...state.troubles.values()].map(({ until }) => until);
  const { exchange, removals } = state;
  if (exchange?.type === 'batch' && exchange.answer !== undefined && !exchange.storing)
    dues.push(exchange.answer.at + movesMs);
  if (removals.held !== undefined && !removals.held.rereading) dues.push(removals.held.at + confirmAfterMs);
  const due = dues.reduce((least, at) => (at > now && at < least ? at : least), Number.POSITIVE_INFINITY);
  if (due === Number.POSITIVE_INFINITY || (state.wakeAt !== undefined && state.wakeAt <= due)) return step(state);
  return step({ ...state, wakeAt: due }, { type: 'wake', delayMs: Math.max(1, due - now) });
}

/** Tells what was done since the last round, when it is time. */
export function roundDue(state: State, now: number, { roundMs }: ReporterLimits): Step {
  const forMs = now - state.roundAt;
  if (state.round.batches === 0) return step({ ...state, roundAt: now });
  if (forMs < roundMs) return step(state);
  return step({ ...state, round: noRound, roundAt: now }, report({ type: 'round', forMs, ...state.round }));
}
