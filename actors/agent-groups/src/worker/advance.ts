/** What follows from the whole state, whatever message came: pushes, repair, drift, proposals, listings, the alarm. */
import { type GroupRow, sameSum } from '@muster/protocol';
import type { Trouble } from '../words.ts';
import { nextDrift } from './drift.ts';
import { dueWishes, nextWishAt } from './proposing.ts';
import { firstRepair, nextParts, partsOf } from './repairing.ts';
import {
  begin,
  type ReplicaLimits,
  report,
  type State,
  type Step,
  step,
  then,
  type Work,
  type World,
} from './state.ts';

const active = (trouble: Trouble | undefined, now: number): boolean => trouble !== undefined && trouble.until > now;

/** The first of these that has something to do: one thing at a time. */
export function advance(before: State, world: World, limits: ReplicaLimits): Step {
  if (before.work.type !== 'idle') return step(before);
  const state = judgeMark(nextPush(before, world), world);
  const { now } = world;
  const [push] = state.pushes;
  if (push !== undefined && state.repair === undefined && !state.gap) {
    return write({ ...state, pushes: state.pushes.slice(1) }, push.rows, push.version, 'push', world, limits);
  }
  const troubled = active(state.trouble, now);
  if (state.linked && !troubled && (state.repair !== undefined || state.gap)) return repair(state, world, limits);
  if (state.drift.length > 0) return repairDrift(state, world, limits);
  const mayRead =
    state.listing !== undefined ||
    (now >= Math.max(state.listAt, state.listNotBefore) && !active(state.readTrouble, now));
  if (state.linked && state.inSync && !troubled && !(state.proposedLast && mayRead)) {
    const proposals = dueWishes(state, now);
    if (proposals.length > 0) {
      const next = { ...state, proposedLast: true };
      const work: Work = { type: 'proposing', until: now + limits.workMs };
      return begin(next, work, (number) => ({ type: 'propose', number, proposals }));
    }
  }
  return mayRead ? readOn(state, now, limits) : step(state);
}

/** Leaves out pushes that say nothing new. The first that is left begins where we are; if one is missing before it, compare. */
function nextPush(state: State, { held }: World): State {
  if (state.repair !== undefined || state.pushes.length === 0) return state;
  const version = held.version();
  const fresh = state.pushes.findIndex((push) => push.version > version || push.base > version);
  if (fresh < 0) return { ...state, pushes: [] };
  const pushes = state.pushes.slice(fresh);
  // The comparison brings us beyond what it says.
  return pushes[0]!.base > version ? { ...state, pushes: pushes.slice(1), gap: true } : { ...state, pushes };
}

/** Compares what is held with what the master's beat said, once all that came before it is taken in. */
function judgeMark(state: State, { held }: World): State {
  const { mark, pushes, repair } = state;
  if (mark === undefined || pushes.length > 0 || repair !== undefined) return state;
  const mine = held.mark();
  const rest: State = { ...state, mark: undefined };
  if (mine.version === mark.mark.version && sameSum(mine.digest, mark.mark.digest)) {
    return { ...rest, inSync: true, gap: false, trouble: undefined };
  }
  // Said before we came to where we are: the next beat tells.
  if (mine.version !== mark.heldVersion) return rest;
  return { ...rest, inSync: false, gap: true };
}

function repair(before: State, world: World, limits: ReplicaLimits): Step {
  const repair = before.repair ?? firstRepair(world.held);
  const state: State = { ...before, repair, gap: before.repair === undefined ? false : before.gap };
  const until = world.now + limits.workMs;
  if (repair.compare.length > 0) {
    const ranges = nextParts(repair.compare);
    const parts = partsOf(ranges, world.held);
    return begin(state, { type: 'comparing', until, ranges }, (number) => ({ type: 'compare', number, parts }));
  }
  const [range] = repair.fetch;
  if (range !== undefined)
    return begin(state, { type: 'fetching', until, range }, (number) => ({ type: 'fetch', number, range }));
  const version = repair.version ?? world.held.version();
  const { repair: _, ...rest } = state;
  const ended: State = { ...rest, inSync: true, trouble: undefined, repairs: state.repairs + 1 };
  return then(step(ended, [report({ type: 'repaired', agents: repair.fetched, version })]), (next) =>
    write(next, [], version, 'repair', world, limits),
  );
}

/** What the master has settled is proposed no more. */
export function write(
  state: State,
  rows: readonly GroupRow[],
  version: number,
  why: 'push' | 'repair',
  { now }: World,
  { workMs }: ReplicaLimits,
): Step {
  const settled = rows.filter(({ id }) => state.wishes.has(id));
  const wishes = settled.length === 0 ? state.wishes : new Map(state.wishes);
  for (const { id } of settled) (wishes as Map<number, unknown>).delete(id);
  const work: Work = { type: 'writing', until: now + workMs, why };
  return begin({ ...state, wishes }, work, (number) => ({ type: 'write', number, rows, version }));
}

function repairDrift(state: State, world: World, { workMs }: ReplicaLimits): Step {
  const { assignments, rest } = nextDrift(state, world);
  const next: State = { ...state, drift: rest, driftRepaired: state.driftRepaired + assignments.length };
  const [first] = assignments;
  if (first === undefined) return step(next);
  const told = step(next, [report({ type: 'drift-repaired', agents: assignments.length, first: first.id })]);
  const work: Work = { type: 'writing', until: world.now + workMs, why: 'drift' };
  return then(told, (after) => begin(after, work, (number) => ({ type: 'assign', number, assignments })));
}

function readOn(state: State, now: number, { workMs, reconcileMs }: ReplicaLimits): Step {
  const listing = state.listing ?? { after: 0, began: now, drifted: false };
  const listAt = state.listing === undefined ? now + reconcileMs : state.listAt;
  const work: Work = { type: 'reading', until: now + workMs };
  return begin({ ...state, listing, listAt, proposedLast: false }, work, (number) => ({
    type: 'read-page',
    number,
    after: listing.after,
  }));
}

/** The one timer, for whatever comes first. */
export function setAlarm(state: State, now: number): Step {
  const wakeAt = Math.min(...('until' in state.work ? [state.work.until] : dueAt(state, now)));
  if (state.wakeAt !== undefined && state.wakeAt <= wakeAt && state.wakeAt > now) return step(state);
  return step({ ...state, wakeAt }, [{ type: 'wake', delayMs: Math.max(0, wakeAt - now) }]);
}

function dueAt(state: State, now: number): readonly number[] {
  const troubledUntil = active(state.trouble, now) ? state.trouble!.until : now;
  const due = [Math.max(state.listAt, state.listNotBefore, state.readTrouble?.until ?? 0)];
  if (state.drift.length > 0) due.push(now);
  if (state.linked && (state.gap || state.repair !== undefined)) due.push(troubledUntil);
  const wish = state.linked && state.inSync ? nextWishAt(state) : undefined;
  if (wish !== undefined) due.push(Math.max(wish, troubledUntil));
  return due;
}
