/**
 * Level-triggered: after every message the same questions are asked of the whole state. Which tree is
 * wanted? What does the disk lack of it? What of that may be done now? So no message that is lost,
 * doubled or late leaves the replica stuck.
 */
import type { Decision } from '@muster/actor';
import { compareGenerations, digestHex } from '@muster/protocol';
import { treeOf } from '../announcement.ts';
import { recentDeletions, turnoverOf } from '../deletions.ts';
import { allowedChanges, clientKeysPath, type GuardLimits, reviewHolds, suspectsOf, waitingHolds } from '../guard.ts';
import { isDone, replicationTo, sizeOf, wishesOf, without } from '../plan.ts';
import { restsUntil } from '../repairs.ts';
import type { Replication } from '../shapes.ts';
import { hides, isUnseen, standing } from '../view.ts';
import { stillWanted, withoutCodes } from '../waits.ts';
import { contentCodes, type Effect, type State } from './state.ts';
import { viewOf } from './state-view.ts';

export type Step = Decision<State, Effect>;

/** A lost confirm-generation or rescan is asked again after this. */
const askAgainMs = 10_000;

export const step = (state: State, ...effects: Effect[]): Step => ({ state, effects });

function then(before: Step, next: (state: State) => Step): Step {
  const { state, effects } = next(before.state);
  return { state, effects: effects.length === 0 ? before.effects : [...before.effects, ...effects] };
}

/** Everything that follows from the state at `now`, ms. */
export function advance(before: Step, now: number, limits: GuardLimits): Step {
  const target = then(before, (state) => findTarget(state, now));
  const judged = then(target, (state) => tellCompared(judge(state, now, limits)));
  const acted = then(judged, (state) => act(state, now, limits));
  const asked = then(acted, (state) => askAgain(state, now));
  const told = then(asked, (state) => tell(state, limits));
  return then(told, (state) => setAlarm(state, now));
}

/** Finds the announced tree in what is known, or asks the master for it. */
function findTarget(state: State, now: number): Step {
  const { announced, target } = state;
  if (announced === undefined) return step(state);
  if (target !== undefined && compareGenerations(target.id, announced.id) === 0) return step(state);
  const local = state.work.type === 'idle' ? state.local?.tree : undefined;
  const tree = treeOf(announced, target, local);
  if (tree !== undefined) return step(withTarget(state, { id: announced.id, tree }));
  if (!state.linked || state.fetching !== undefined) return step(state);
  if (state.fetchTrouble !== undefined && state.fetchTrouble.until > now) return step(state);
  const effect = { type: 'fetch-manifest', id: announced.id, root: digestHex(announced.root) } as const;
  return step({ ...state, fetching: announced.id }, effect);
}

/** A new target makes content worth asking for again that was missing, or changed while it was sent. */
export const withTarget = (state: State, target: NonNullable<State['target']>): State => ({
  ...state,
  target,
  fetchTrouble: undefined,
  waits: withoutCodes(state.waits, contentCodes),
});

/** What the disk lacks, and with that whether a generation is held. Only a scan newer than our last write counts. */
function judge(state: State, now: number, limits: GuardLimits): State {
  const { local, target, work } = state;
  const deletions = recentDeletions(state.deletions, now);
  if (work.type !== 'idle' || local === undefined || target === undefined) return state;
  const known = state.lacks !== undefined && state.lacks.of === local && state.lacks.for === target.tree;
  const plan = known ? state.lacks!.plan : replicationTo(target.tree, local);
  const lacks = known ? state.lacks! : { plan, size: sizeOf(plan), of: local, for: target.tree };
  const keysUnseen = isUnseen(local.problems, clientKeysPath);
  const suspects = suspectsOf(local.tree, plan.changes, limits, deletions, state.guard, keysUnseen);
  const guard = reviewHolds(state.guard, suspects, { id: target.id, at: now }, limits.confirmAfterMs);
  if (isDone(plan)) {
    const holds = local.problems.some(hides) ? undefined : target.id;
    // One tree in memory, not two that say the same: 10 MB of 50,000 files.
    const tree = local.tree.root === target.tree.root ? local.tree : target.tree;
    const found = { ...state, target: { id: target.id, tree }, lacks: { ...lacks, for: tree } };
    return { ...found, deletions, guard, holds, waits: new Map(), trouble: undefined };
  }
  const wanted = known || state.waits.size === 0 ? undefined : new Set([...wishesOf(plan)].map(([path]) => path));
  const waits = wanted === undefined ? state.waits : stillWanted(state.waits, wanted);
  return { ...state, deletions, lacks, guard, holds: undefined, waits };
}

/** Tells once of each scan and each generation that the one was compared with the other. */
function tellCompared(state: State): Step {
  const { linked, freshLink, announced, target, work, lacks } = state;
  if (!linked || freshLink || work.type !== 'idle' || announced === undefined) return step(state);
  if (lacks === undefined || lacks.of !== state.local || lacks.told === announced) return step(state);
  if (target === undefined || lacks.for !== target.tree) return step(state);
  if (compareGenerations(target.id, announced.id) !== 0) return step(state);
  return step({ ...state, lacks: { ...lacks, told: announced } }, { type: 'compared' });
}

/** Begins the replication of what may be done now. */
function act(state: State, now: number, limits: GuardLimits): Step {
  const plan = allowed(state, now, limits);
  if (plan === undefined || isDone(plan)) return step(state);
  const id = state.target!.id;
  const turnover = turnoverOf(state.local!.tree, plan.changes, limits);
  const next: State = { ...state, work: { type: 'replicating', id, plan, turnover, done: { files: 0, bytes: 0 } } };
  // The report that nothing is held any more goes out before the disk changes.
  return then(tell(next, limits), (told) => step(told, { type: 'replicate', plan }));
}

function allowed(state: State, now: number, limits: GuardLimits): Replication | undefined {
  const { linked, work, lacks, target, announced, trouble } = state;
  if (!linked || work.type !== 'idle' || lacks === undefined || lacks.of !== state.local) return undefined;
  if (target === undefined || announced === undefined || lacks.for !== target.tree) return undefined;
  if (compareGenerations(target.id, announced.id) !== 0) return undefined;
  if (isDone(lacks.plan) || (trouble !== undefined && trouble.until > now)) return undefined;
  const { plan } = lacks;
  const guarded = { ...plan, changes: allowedChanges(plan.changes, state.guard, limits.classes) };
  if (state.waits.size === 0 && state.repairs.size === 0) return guarded;
  const resting = new Set(restingPaths(state, now).map(([path]) => path));
  return resting.size === 0 ? guarded : without(guarded, (path) => resting.has(path));
}

/** Paths of the plan that are not tried now, and until when. */
function restingPaths(state: State, now: number): readonly (readonly [path: string, until: number])[] {
  const resting: (readonly [string, number])[] = [];
  if (state.waits.size === 0 && state.repairs.size === 0) return resting;
  for (const [path, wish] of wishesOf(state.lacks!.plan)) {
    const until = Math.max(state.waits.get(path)?.until ?? 0, restsUntil(state.repairs, path, wish, now));
    if (until > now) resting.push([path, until]);
  }
  return resting;
}

/** Asks the master to confirm what the guard holds, and for a scan whose answer seems lost. */
function askAgain(state: State, now: number): Step {
  const { work, target, asked } = state;
  if (work.type === 'scanning' && now - work.askedAt >= askAgainMs) {
    const effect = { type: 'rescan', directories: work.directories, mark: work.mark } as const;
    return step({ ...state, work: { ...work, askedAt: now } }, effect);
  }
  if (target === undefined || waitingHolds(state.guard).length === 0) return step({ ...state, asked: undefined });
  if (!state.linked) return step(state);
  const recent = asked !== undefined && now - asked.at < askAgainMs;
  if (recent && compareGenerations(asked.id, target.id) === 0) return step(state);
  return step({ ...state, asked: { id: target.id, at: now } }, { type: 'confirm-generation', id: target.id });
}

/** Reports how the node stands, when that changed. */
function tell(state: State, { confirmAfterMs }: GuardLimits): Step {
  const view = viewOf(state, { confirmAfterMs });
  const { state: standingState, why } = standing(view);
  const before = state.reported;
  const same =
    before !== undefined && before.state === standingState && before.why === why && before.files === view.files;
  if (same && sameId(before.holds, view.holds)) return step(state);
  const event = {
    type: 'status' as const,
    state: standingState,
    files: view.files,
    ...(view.holds === undefined ? {} : { holds: view.holds }),
    ...(why === undefined ? {} : { why }),
  };
  return step({ ...state, reported: event }, { type: 'report', event });
}

const sameId = (a: State['holds'], b: State['holds']): boolean =>
  a === undefined || b === undefined ? a === b : compareGenerations(a, b) === 0;

/** Sets the one timer to the next moment at which something may be tried again. */
function setAlarm(state: State, now: number): Step {
  const due = nextDue(state, now);
  if (due === undefined || (state.wakeAt !== undefined && state.wakeAt <= due)) return step(state);
  return step({ ...state, wakeAt: due }, { type: 'wake', delayMs: Math.max(1, due - now) });
}

function nextDue(state: State, now: number): number | undefined {
  const dues: number[] = [];
  if (state.work.type === 'scanning') dues.push(state.work.askedAt + askAgainMs);
  if (state.linked && state.asked !== undefined) dues.push(state.asked.at + askAgainMs);
  if (state.linked && state.fetchTrouble !== undefined) dues.push(state.fetchTrouble.until);
  if (state.linked && state.trouble !== undefined) dues.push(state.trouble.until);
  const idle = state.linked && state.work.type === 'idle' && state.lacks !== undefined && !isDone(state.lacks.plan);
  if (idle) dues.push(...restingPaths(state, now).map(([, until]) => until));
  const later = dues.filter((due) => due > now);
  // A loop, for there may be more paths than a call takes arguments.
  return later.reduce<number | undefined>(
    (least, due) => (least === undefined || due < least ? due : least),
    undefined,
  );
}
