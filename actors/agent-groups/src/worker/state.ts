import type { Decision, Ref } from '@muster/actor';
import type { GroupRow, Groups, GroupsAssigned, GroupsChecked, GroupsMark, IdRange, RangePart } from '@muster/protocol';
import type { GroupsView } from '../digested.ts';
import type { ManagersPage } from '../page.ts';
import type { Assignment, GroupsFault } from '../ports.ts';
import type { ToldFaults, Trouble } from '../words.ts';
import type { GroupReplicaEvent, GroupReplicaView } from './messages.ts';

export interface ReplicaLimits {
  /** The manager's assignments are read this often, hint or not, ms. */
  readonly reconcileMs: number;
  /** Least time between two listings, ms. It doubles, up to `reconcileMs`, while each finds what the one before has repaired. */
  readonly pauseMs: number;
  /** Rows of pushes that wait; beyond, they are found by digest. */
  readonly maxWaitingRows: number;
  /** Assignments to propose that are remembered; the next listing finds the others. */
  readonly maxProposals: number;
  /** Whatever is asked or written is given up after this, ms. */
  readonly workMs: number;
}

/** As the authority's; four full messages; the wishes of a whole site that starts at once. */
export const replicaDefaults: ReplicaLimits = {
  reconcileMs: 60_000,
  pauseMs: 200,
  maxWaitingRows: 4_000,
  maxProposals: 4_000,
  workMs: 60_000,
};

/** Of the world, as of one step. */
export interface World {
  readonly now: number;
  readonly held: GroupsView;
  /** Whether the agent is in this node's client.keys. */
  readonly exists: (id: number) => boolean;
}

/** Rows as of `version`, for whoever holds `base` or later. */
export interface Push {
  readonly base: number;
  readonly version: number;
  readonly rows: readonly GroupRow[];
}

/** The way from "something differs" to equal. */
export interface Repair {
  /** The master's version at the first comparison: what is held at the end is at least that. */
  readonly version?: number | undefined;
  /** To be compared by digest. */
  readonly compare: readonly IdRange[];
  /** To be fetched. */
  readonly fetch: readonly IdRange[];
  readonly fetched: number;
}

/** One thing at a time; `until`: when it is given up. */
export type Work =
  | { readonly type: 'idle' }
  | { readonly type: 'comparing'; readonly until: number; readonly ranges: readonly IdRange[] }
  | { readonly type: 'fetching'; readonly until: number; readonly range: IdRange }
  | { readonly type: 'writing'; readonly until: number; readonly why: 'push' | 'repair' | 'drift' }
  | { readonly type: 'proposing'; readonly until: number }
  | { readonly type: 'reading'; readonly until: number };

export interface Wish {
  readonly groups: readonly string[];
  readonly attempts: number;
  /** Not asked before, ms. */
  readonly until: number;
}

export interface State {
  readonly linked: boolean;
  readonly work: Work;
  /** Grows with each piece of work. */
  readonly number: number;
  /** In the order in which they came. */
  readonly pushes: readonly Push[];
  /** The master's last mark that was not judged yet, and the version held when it came. */
  readonly mark?: { readonly mark: GroupsMark; readonly heldVersion: number } | undefined;
  /** A push is missing: compare at once. */
  readonly gap: boolean;
  readonly inSync: boolean;
  readonly repair?: Repair | undefined;
  /** Of the link: what is asked of the master. */
  readonly trouble?: Trouble | undefined;
  /** Of the manager beside us: reading. */
  readonly readTrouble?: Trouble | undefined;
  readonly listing?: { readonly after: number; readonly began: number; readonly drifted: boolean } | undefined;
  /** Agents of which the manager is to be told again, in parts. */
  readonly drift: readonly number[];
  readonly listAt: number;
  readonly listNotBefore: number;
  readonly pauseMs: number;
  readonly wishes: ReadonlyMap<number, Wish>;
  /** Assignments of agents that nobody knows, and when they were first seen. */
  readonly strays: ReadonlyMap<number, number>;
  readonly proposedLast: boolean;
  readonly repairs: number;
  /** Of single entries of the manager's. */
  readonly toldFaults: ToldFaults;
  readonly listings: number;
  readonly driftRepaired: number;
  /** The mark that was reported last. */
  readonly told?: GroupsMark | undefined;
  readonly wakeAt?: number | undefined;
}

/** What only the actor sends itself. */
export type Own =
  | { readonly type: 'begin' }
  | { readonly type: 'wake' }
  | { readonly type: 'compared'; readonly number: number; readonly answer: GroupsChecked }
  | { readonly type: 'fetched'; readonly number: number; readonly answer: Groups }
  /** `stuck`: rows that were to go and could not be removed from the manager; they are held still. */
  | {
      readonly type: 'written';
      readonly number: number;
      readonly faults: readonly GroupsFault[];
      readonly stuck: number;
    }
  | { readonly type: 'answers'; readonly number: number; readonly answers: readonly ProposalAnswer[] }
  | { readonly type: 'page'; readonly number: number; readonly page: ManagersPage }
  | { readonly type: 'failed'; readonly number: number; readonly fault: GroupsFault };

export type ProposalAnswer =
  | { readonly id: number; readonly answer: GroupsAssigned }
  | { readonly id: number; readonly fault: GroupsFault };

export type Effect =
  | { readonly type: 'compare'; readonly number: number; readonly parts: readonly RangePart[] }
  | { readonly type: 'fetch'; readonly number: number; readonly range: IdRange }
  /** Makes the manager and what is held say `rows`, then `version` be held. */
  | { readonly type: 'write'; readonly number: number; readonly rows: readonly GroupRow[]; readonly version: number }
  /** Makes the manager say `assignments`. */
  | { readonly type: 'assign'; readonly number: number; readonly assignments: readonly Assignment[] }
  | { readonly type: 'propose'; readonly number: number; readonly proposals: readonly Assignment[] }
  | { readonly type: 'read-page'; readonly number: number; readonly after: number }
  /** Ends the work that is under way: its outcome is not waited for. */
  | { readonly type: 'abandon' }
  | { readonly type: 'report'; readonly event: GroupReplicaEvent }
  | { readonly type: 'reply'; readonly to: Ref<GroupReplicaView>; readonly value: GroupReplicaView }
  | { readonly type: 'wake'; readonly delayMs: number };

export type Step = Decision<State, Effect>;

export const step = (state: State, effects: readonly Effect[] = []): Step => ({ state, effects });

/** Goes on from `before`. */
export function then(before: Step, next: (state: State) => Step): Step {
  const { state, effects } = next(before.state);
  return { state, effects: effects.length === 0 ? before.effects : [...before.effects, ...effects] };
}

export const report = (event: GroupReplicaEvent): Effect => ({ type: 'report', event });

export const idle: Work = { type: 'idle' };

/** Begins a piece of work. */
export function begin(state: State, work: Work, effect: (number: number) => Effect): Step {
  const number = state.number + 1;
  return step({ ...state, work, number }, [effect(number)]);
}

export const initialState = (linked: boolean, now: number, { pauseMs }: ReplicaLimits): State => ({
  linked,
  work: idle,
  number: 0,
  pushes: [],
  // A push may have come and gone with the incarnation before us.
  gap: linked,
  inSync: false,
  drift: [],
  listAt: now,
  listNotBefore: now,
  pauseMs,
  wishes: new Map(),
  strays: new Map(),
  proposedLast: false,
  repairs: 0,
  toldFaults: new Map(),
  listings: 0,
  driftRepaired: 0,
});
