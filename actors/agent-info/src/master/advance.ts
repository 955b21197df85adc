/** Level-triggered: after every message the same questions are asked of the whole state. */
import type { NodeName } from '@muster/protocol';
import { offsetMs } from './offset.ts';
import { andThen, type Effect, type Linked, type MergerLimits, type State, type Step, step } from './state.ts';

/** Everything that follows from the state at `now`, ms. */
export function advance(before: Step, now: number, limits: MergerLimits): Step {
  const compared = andThen(before, compareMarks);
  const worked = andThen(compared, (state) => work(state, now, limits));
  const told = andThen(worked, (state) => tellManager(state, now));
  return andThen(told, (state) => confirmHold(state, now, limits));
}

const rests = ({ troubles }: State, of: 'store' | 'manager', now: number): boolean =>
  (troubles.get(of)?.until ?? 0) > now;

/** Only while nothing is being written: then digest and numbers are of one moment. */
function compareMarks(state: State): Step {
  if (state.job !== undefined) return step(state);
  const marked = [...state.links].filter(([, { mark }]) => mark !== undefined);
  if (marked.length === 0) return step(state);
  const links = new Map(state.links);
  const effects: Effect[] = [];
  for (const [peer, link] of marked) {
    const { mark } = link;
    links.set(peer, { ...link, mark: undefined });
    if (mark !== undefined && isOfThisMoment(link)) effects.push({ type: 'compare-mark', peer, digest: mark.digest });
  }
  return step({ ...state, links }, ...effects);
}

/**
 * Whether the mark speaks of all that was merged and moved, and of nothing else. Either side may have started anew amid
 * the link and not know of a batch: then it is taken to; a comparison too many costs a few messages.
 */
const isOfThisMoment = ({ mark, merged, moved }: Linked): boolean =>
  mark !== undefined &&
  mark.backlog === 0 &&
  mark.moved === moved &&
  (merged === undefined || mark.batch === merged || mark.batch === 0);

/** Begins the next write to the store; ranges that are asked after are answered in between. */
function work(state: State, now: number, limits: MergerLimits): Step {
  if (state.job !== undefined) return step(state);
  const resting = rests(state, 'store', now);
  const { due } = state.removals;
  if (due.size > 0 && !resting) return step({ ...state, job: { type: 'remove' } }, { type: 'remove', ids: due });
  if (state.judgeDue && !resting) {
    const spare = now - state.startedAt < limits.graceMs;
    const next: State = { ...state, judgeDue: false, job: { type: 'judge' } };
    return step(next, { type: 'judge', spare, emptied: state.emptied });
  }
  const waiting = [...state.links].find(([, link]) => link.waiting.length > 0);
  return waiting === undefined ? step(state) : andThen(serve(state, ...waiting), (next) => work(next, now, limits));
}

/** Serves the oldest ask of this worker, which then stands last. */
function serve(state: State, peer: NodeName, { waiting, ...link }: Linked): Step {
  const [ask, ...rest] = waiting;
  const links = new Map(state.links);
  links.delete(peer);
  links.set(peer, { ...link, waiting: rest });
  const next: State = { ...state, links };
  if (ask === undefined) return step(next);
  if (ask.type === 'check') return step(next, { type: 'check', peer, ask });
  const job = { type: 'ask', peer, link: link.link, ask } as const;
  if (ask.type === 'held') return step({ ...next, job }, { type: 'compare', peer, ask });
  const { receivedMs, batch } = ask;
  const offset = link.offset === undefined ? receivedMs - batch.sentMs : offsetMs(link.offset);
  const held = state.removals.held?.ids ?? new Set();
  return step(
    { ...next, job },
    { type: 'merge', peer, ask, times: { sentMs: batch.sentMs, receivedMs, offset }, held },
  );
}

/** One thing at a time with the manager beside us. */
function tellManager(state: State, now: number): Step {
  if (state.telling || rests(state, 'manager', now)) return step(state);
  if (state.toForget.size > 0) return step({ ...state, telling: true }, { type: 'forget', ids: state.toForget });
  if (!state.mayPublish) return step(state);
  return step({ ...state, telling: true, mayPublish: false }, { type: 'publish' });
}

function confirmHold(state: State, now: number, { confirmAfterMs }: MergerLimits): Step {
  const { due, held } = state.removals;
  if (held === undefined || held.rereading || now < held.at + confirmAfterMs) return step(state);
  return step({ ...state, removals: { due, held: { ...held, rereading: true } } }, { type: 'reread-keys' });
}
