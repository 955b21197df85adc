/** What a listing of the manager's assignments comes to. */
import { comparePage, type ManagersPage } from '../page.ts';
import type { Assignment } from '../ports.ts';
import { freshFaults, told } from '../words.ts';
import { type AuthorityLimits, report, type State, type Step, step, type World } from './state.ts';

/** A removal of fewer is believed at once. */
const massRemoval = 10;

export interface JudgedPage extends Step {
  /** To be taken over at once. Removals wait for the end of the listing. */
  readonly changed: readonly Assignment[];
}

/** Takes in one page. Assignments of agents that do not exist count as none. */
export function pageRead(state: State, page: ManagersPage, world: World, limits: AuthorityLimits): JudgedPage {
  const listing = state.listing!;
  const rows = page.rows.filter(({ id }) => world.exists(id));
  const { differences, faults, next } = comparePage({ ...page, rows }, listing.after, world.held);
  const changed = differences.flatMap(({ id, managers }) => (managers.length > 0 ? [{ id, groups: managers }] : []));
  const gone = differences.flatMap(({ id, managers }) => (managers.length === 0 ? [id] : []));
  const later = { ...listing, gone: gone.length > 0 ? [...listing.gone, gone] : listing.gone };
  const { fresh, toldFaults } = freshFaults(state.toldFaults, faults);
  const told_ = told(fresh).map((fault) => report({ type: 'fault', fault }));
  const step_ =
    next === undefined
      ? ended({ ...state, toldFaults, trouble: undefined, listing: later }, world, limits)
      : step({ ...state, toldFaults, listing: { ...later, after: next } });
  return { state: step_.state, effects: [...told_, ...step_.effects], changed };
}

/** All pages were read: judges what vanished, and sets the next listing. */
function ended(state: State, world: World, limits: AuthorityLimits): Step {
  const { listing, listAt } = state;
  const { now, held } = world;
  const { gone, version, began } = listing!;
  const rest: State = {
    ...state,
    listing: undefined,
    listings: state.listings + 1,
    // One that was asked for while this one ran is not forgotten.
    listAt: Math.min(listAt, now + limits.reconcileMs),
    listNotBefore: now + Math.max(limits.pauseMs, now - began),
  };
  const vanished = gone.flat().filter((id) => (held.get(id)?.version ?? Number.POSITIVE_INFINITY) <= version);
  return vanish(rest, vanished, began, world, limits);
}

function vanish(state: State, ids: readonly number[], began: number, world: World, limits: AuthorityLimits): Step {
  const { now, held } = world;
  const of = held.size();
  if (ids.length <= massRemoval || ids.length * 2 <= of) {
    return step({ ...state, suspects: undefined, leaving: [...state.leaving, ...ids] });
  }
  const { suspects } = state;
  if (suspects === undefined) {
    const againInMs = limits.confirmAfterMs;
    return step(
      { ...state, suspects: { ids: new Set(ids), at: now }, listAt: Math.min(state.listAt, now + againInMs) },
      [report({ type: 'removal-held', agents: ids.length, of, againInMs })],
    );
  }
  const still = ids.filter((id) => suspects.ids.has(id));
  const waitMs = suspects.at + limits.confirmAfterMs - began;
  if (waitMs > 0 && still.length > 0) {
    const listAt = Math.min(state.listAt, suspects.at + limits.confirmAfterMs);
    return step({ ...state, listAt, suspects: { ids: new Set(still), at: suspects.at } });
  }
  // Those that vanished only now are judged by the next listing.
  return step({ ...state, suspects: undefined, leaving: [...state.leaving, ...still], listAt: now });
}
