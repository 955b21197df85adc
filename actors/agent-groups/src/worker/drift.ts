/** What the manager beside us says, against what is held. */
import { MAX_AGENT_ROWS } from '@muster/protocol';
import { comparePage, type Difference, type ManagersPage } from '../page.ts';
import type { Assignment } from '../ports.ts';
import { freshFaults, told } from '../words.ts';
import { type ReplicaLimits, report, type State, type Step, step, type Wish, type World } from './state.ts';

/** An assignment of an agent that neither the master nor client.keys knows goes when it is seen again after this, ms: its key may be on the way. */
const strayMs = 1_000;
/** Strays that are remembered; the next listing finds the others. */
const maxStrays = 1_000;

/** Takes in one page. What is held is to be written again; what only the manager has is to be proposed. */
export function pageRead(before: State, page: ManagersPage, world: World, limits: ReplicaLimits): Step {
  const listing = before.listing!;
  const { differences, faults, next } = comparePage(page, listing.after, world.held);
  const mine = differences.filter(({ held }) => held.length > 0);
  const theirs = differences.filter(({ held }) => held.length === 0);
  const upTo = next ?? Number.POSITIVE_INFINITY;
  const seen = (id: number): boolean => id > listing.after && id <= upTo;
  const wishes = wishesOf(before, theirs, seen, world, limits);
  const { strays, going, again } = straysOf(before, theirs, seen, world);
  const drift = [...before.drift, ...mine.map(({ id }) => id), ...going];
  const listAt = again === undefined ? before.listAt : Math.min(before.listAt, again);
  const drifted = listing.drifted || drift.length > 0;
  const { fresh, toldFaults } = freshFaults(before.toldFaults, faults);
  const state: State = { ...before, toldFaults, wishes, strays, drift, listAt, readTrouble: undefined };
  const events = told(fresh).map((fault) => report({ type: 'fault', fault }));
  if (next !== undefined) return step({ ...state, listing: { ...listing, after: next, drifted } }, events);
  return step(ended(state, drifted, listing.began, world.now, limits), events);
}

function ended(state: State, drifted: boolean, began: number, now: number, limits: ReplicaLimits): State {
  const pauseMs = drifted ? Math.min(limits.reconcileMs, state.pauseMs * 2) : limits.pauseMs;
  return {
    ...state,
    listing: undefined,
    listings: state.listings + 1,
    pauseMs,
    listNotBefore: now + Math.max(drifted ? pauseMs : limits.pauseMs, now - began),
  };
}

function wishesOf(
  { wishes }: State,
  theirs: readonly Difference[],
  seen: (id: number) => boolean,
  { exists, now }: World,
  { maxProposals }: ReplicaLimits,
): ReadonlyMap<number, Wish> {
  const next = new Map([...wishes].filter(([id]) => !seen(id)));
  for (const { id, managers } of theirs) {
    if (!exists(id) || next.size >= maxProposals) continue;
    const known = wishes.get(id);
    next.set(id, { attempts: known?.attempts ?? 0, until: known?.until ?? now, groups: managers });
  }
  return next;
}

function straysOf(
  { strays, linked, inSync }: State,
  theirs: readonly Difference[],
  seen: (id: number) => boolean,
  { exists, now }: World,
): { readonly strays: ReadonlyMap<number, number>; readonly going: readonly number[]; readonly again?: number } {
  const next = new Map([...strays].filter(([id]) => !seen(id)));
  const going: number[] = [];
  for (const { id } of theirs) {
    if (exists(id)) continue;
    const since = strays.get(id) ?? now;
    if (linked && inSync && now - since >= strayMs) going.push(id);
    else if (next.size < maxStrays) next.set(id, since);
  }
  return { strays: next, going, ...(next.size > 0 && linked && inSync ? { again: now + strayMs } : {}) };
}

/** The next part of what the manager is to be told again, as it is held now. */
export function nextDrift(
  { drift }: State,
  { held, exists }: World,
): { readonly assignments: readonly Assignment[]; readonly rest: readonly number[] } {
  const assignments = drift.slice(0, MAX_AGENT_ROWS).flatMap((id) => {
    const row = held.get(id);
    if (row !== undefined) return [{ id, groups: row.groups }];
    return exists(id) ? [] : [{ id, groups: [] }];
  });
  return { assignments, rest: drift.slice(MAX_AGENT_ROWS) };
}
