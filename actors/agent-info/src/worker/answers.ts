/** What the master's answers change. */
import type { AgentsTaken, IdRange } from '@muster/protocol';
import { andThen } from './advance.ts';
import { type Own, report, type State, type Step, step } from './state.ts';
import { well } from './troubles.ts';

/** Agents that the master did not know, remembered to be sent again: more are sent when they are seen again. */
const maxUnknown = 10_000;
const idsNamed = 5;

/** `next`, when it is about the present link; tells once when nothing is left of what waited as the link opened. */
export function tookOver(state: State, link: number, next: State, now: number): Step {
  if (link !== state.link) return step(state);
  if (next.backlog !== 0 || next.firstBacklog === undefined) return step(next);
  const event = { type: 'backlog-sent', updates: next.firstBacklog, forMs: now - next.linkedAt } as const;
  return step({ ...next, firstBacklog: undefined }, report(event));
}

/** The master answered a batch. It counts once it is written down. */
export function answered(state: State, message: Extract<Own, { readonly type: 'taken' }>, now: number): Step {
  const { exchange } = state;
  const { link, batch, updates, taken } = message;
  if (link !== state.link || exchange?.type !== 'batch' || exchange.batch !== batch || exchange.link !== link)
    return step(state);
  return well({ ...state, exchange: { ...exchange, answer: { updates, taken, at: now } } }, 'master');
}

/** A batch is written down as the master answered it. */
export function confirmed(state: State, link: number, batch: number, now: number): Step {
  const { exchange } = state;
  if (exchange?.type !== 'batch' || exchange.link !== link || exchange.batch !== batch) return step(state);
  const { updates = [], taken } = exchange.answer ?? {};
  const counted: State = {
    ...state,
    exchange: undefined,
    mayWait: true,
    round: {
      batches: state.round.batches + 1,
      updates: state.round.updates + updates.length,
      lost: state.round.lost + (taken?.lost.length ?? 0),
      unknown: state.round.unknown + (taken?.unknown.length ?? 0),
    },
  };
  const noted = withUnknown(
    counted,
    updates.map(({ id }) => id),
    taken?.unknown ?? [],
  );
  return andThen(well(noted.state, 'store'), (next) => {
    const left = next.backlog === undefined ? undefined : Math.max(0, next.backlog - updates.length);
    const after = tookOver(next, link, { ...next, confirmed: batch, backlog: left }, now);
    return step(link === next.link ? after.state : next, ...noted.effects, ...after.effects);
  });
}

/** `sent` were answered, and of them the master does not know `unknown`. */
export function withUnknown(state: State, sent: readonly number[], unknown: readonly number[]): Step {
  if (unknown.length === 0 && (state.unknown.size === 0 || !sent.some((id) => state.unknown.has(id))))
    return step(state);
  const next = new Set(state.unknown);
  for (const id of sent) next.delete(id);
  for (const id of unknown) if (next.size < maxUnknown) next.add(id);
  if (unknown.length === 0) return step({ ...state, unknown: next });
  const event = { type: 'unknown', count: unknown.length, ids: unknown.slice(0, idsNamed) } as const;
  return step({ ...state, unknown: next }, report(event));
}

/** These of the ranges that were asked differ: they are looked into first. */
export function checked(state: State, link: number, differing: readonly IdRange[]): Step {
  const { exchange, descent } = state;
  if (link !== state.link || exchange?.type !== 'check' || descent === undefined) return step(state);
  const next: State = { ...state, exchange: undefined, descent: { ...descent, todo: [...differing, ...descent.todo] } };
  return well(next, 'master');
}

/** The master compared one bucket with what it holds. */
export function compared(state: State, link: number, taken: AgentsTaken): Step {
  const { exchange, descent } = state;
  if (link !== state.link || exchange?.type !== 'compare' || descent === undefined) return step(state);
  const gone = [...taken.lost, ...taken.unknown];
  const found = { wanted: descent.wanted + taken.wanted.length, lost: descent.lost + gone.length };
  const next: State = { ...state, exchange: { ...exchange, storing: true }, descent: { ...descent, ...found } };
  return andThen(well(next, 'master'), (after) =>
    andThen(withUnknown(after, [], taken.unknown), (last) =>
      step(last, { type: 'amend', link, gone, wanted: taken.wanted }),
    ),
  );
}

/** What the comparison of a bucket found is written down. */
export const amended = (state: State): Step =>
  state.exchange?.type === 'compare' ? well({ ...state, exchange: undefined, mayWait: true }, 'store') : step(state);
