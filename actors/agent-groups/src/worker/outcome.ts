/** What a piece of work came to. */
import type { Groups, GroupsChecked } from '@muster/protocol';
import type { GroupsFault } from '../ports.ts';
import { told, troubleAfter } from '../words.ts';
import { write } from './advance.ts';
import { pageRead } from './drift.ts';
import { answered } from './proposing.ts';
import { afterCompared, afterFetched } from './repairing.ts';
import {
  idle,
  type Own,
  type ReplicaLimits,
  report,
  type State,
  type Step,
  step,
  type Work,
  type World,
} from './state.ts';

export type Outcome = Extract<Own, { readonly number: number }>;

const badAnswer: GroupsFault = {
  at: 'master',
  code: 'bad-answer',
  text: 'the master answered something else than was asked; it is asked again',
};

export function outcome(before: State, message: Outcome, world: World, limits: ReplicaLimits): Step {
  const { now } = world;
  switch (message.type) {
    case 'compared':
      return compared(before, message.answer, world);
    case 'fetched':
      return fetched(before, message.answer, world, limits);
    case 'written':
      return written(before, message, world);
    case 'answers':
      return answered({ ...before, work: idle }, message.answers, now);
    case 'page':
      return pageRead({ ...before, work: idle }, message.page, world, limits);
    case 'failed':
      return failed(before, message.fault, now);
  }
}

function compared(before: State, answer: GroupsChecked, { held, now }: World): Step {
  const { ranges } = before.work as Extract<Work, { readonly type: 'comparing' }>;
  const repair = afterCompared(before.repair!, ranges, answer, held);
  return repair === undefined ? failed(before, badAnswer, now) : step({ ...before, work: idle, repair });
}

function fetched(before: State, answer: Groups, world: World, limits: ReplicaLimits): Step {
  const { range } = before.work as Extract<Work, { readonly type: 'fetching' }>;
  const after = afterFetched(before.repair!, range, answer, world.held);
  if (after === undefined) return failed(before, badAnswer, world.now);
  const state: State = { ...before, work: idle, repair: after.repair };
  return after.rows.length === 0
    ? step(state)
    : write(state, after.rows, world.held.version(), 'repair', world, limits);
}

function written(before: State, { faults, stuck }: Extract<Own, { readonly type: 'written' }>, { now }: World): Step {
  const { why } = before.work as Extract<Work, { readonly type: 'writing' }>;
  const events = told(faults).map((fault) => report({ type: 'fault', fault }));
  const state: State = {
    ...before,
    work: idle,
    listAt: faults.length > 0 ? Math.min(before.listAt, now) : before.listAt,
  };
  if (why === 'drift') return step(state, events);
  if (stuck === 0) return step(state, events);
  // Held still, so that it is not taken for an assignment that was chosen here.
  const trouble = troubleAfter(before.trouble, faults[0]!, now);
  return step({ ...state, trouble, repair: undefined, gap: before.linked, inSync: false }, events);
}

/** Nothing is half done: a repair begins anew, a listing, too, after a pause. */
export function failed(before: State, fault: GroupsFault, now: number): Step {
  const { work } = before;
  const events = [report({ type: 'fault', fault })];
  if (work.type === 'reading' || (work.type === 'writing' && work.why === 'drift')) {
    const readTrouble = troubleAfter(before.readTrouble, fault, now);
    const listAt = Math.min(before.listAt, readTrouble.until);
    return step({ ...before, work: idle, readTrouble, listAt, listing: undefined, drift: [] }, events);
  }
  const trouble = troubleAfter(before.trouble, fault, now);
  if (work.type === 'proposing') return step({ ...before, work: idle, trouble }, events);
  // What is held already may not be in the manager: the next listing finds it.
  const listAt = work.type === 'writing' ? Math.min(before.listAt, trouble.until) : before.listAt;
  return step({ ...before, work: idle, trouble, repair: undefined, gap: before.linked, inSync: false, listAt }, events);
}
