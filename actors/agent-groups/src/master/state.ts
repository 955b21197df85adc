import type { Decision, Ref } from '@muster/actor';
import type { GroupChanges, Groups, GroupsAssigned, GroupsChecked, NodeName } from '@muster/protocol';
import type { GroupsView } from '../digested.ts';
import type { ManagersPage } from '../page.ts';
import type { Assignment, GroupsFault } from '../ports.ts';
import type { ToldFaults, Trouble } from '../words.ts';
import type { AuthorityView, GroupAuthorityEvent } from './messages.ts';

export interface AuthorityLimits {
  /** The manager's assignments are read this often, hint or not, ms. */
  readonly reconcileMs: number;
  /** Least time between two listings, ms. One that took longer is followed by a pause as long as it. */
  readonly pauseMs: number;
  /** Changes within this are pushed together, ms. */
  readonly coalesceMs: number;
  /** A removal of most assignments is believed when two readings this far apart say so, ms. */
  readonly confirmAfterMs: number;
  /** More changes than this at once are not pushed: workers find them by digest. */
  readonly maxPush: number;
  /** Proposals that wait; more are answered "not now". */
  readonly maxProposals: number;
  /** What the manager is asked is given up after this, ms. */
  readonly workMs: number;
}

/** Reconciling 100,000 agents each minute is nothing; four full messages reach a worker as fast as it would find the difference; a minute of a manager that hangs. */
export const authorityDefaults: AuthorityLimits = {
  reconcileMs: 60_000,
  pauseMs: 200,
  coalesceMs: 50,
  confirmAfterMs: 10_000,
  maxPush: 4_000,
  maxProposals: 1_000,
  workMs: 60_000,
};

/** Of the world, as of one step. */
export interface World {
  readonly now: number;
  readonly held: GroupsView;
  /** Whether the agent is in client.keys. */
  readonly exists: (id: number) => boolean;
}

export interface Proposal extends Assignment {
  readonly replyTo: Ref<GroupsAssigned>;
}

/** What became of a proposal at the manager. */
export interface Adoption {
  readonly id: number;
  /** `kept`: the manager had these groups. `failed`: they could not be written. */
  readonly outcome: 'adopted' | 'kept' | 'failed';
  readonly groups: readonly string[];
}

/** A listing between its pages. */
export interface Listing {
  readonly after: number;
  readonly began: number;
  /** The version when it began: what has a newer one was not judged by it. */
  readonly version: number;
  /** Those that it has no assignment of, page by page. */
  readonly gone: readonly (readonly number[])[];
}

/** One thing at a time. `work` numbers them, so that an outcome that comes too late is known. */
export type Work =
  | { readonly type: 'idle' }
  | { readonly type: 'reading'; readonly until: number }
  | { readonly type: 'adopting'; readonly until: number; readonly proposals: readonly Proposal[] }
  | {
      readonly type: 'writing';
      readonly answers: readonly { readonly proposal: Proposal; readonly adoption: Adoption }[];
    };

export interface State {
  readonly workers: ReadonlySet<NodeName>;
  readonly work: Work;
  /** Grows with each piece of work. */
  readonly number: number;
  readonly listing?: Listing | undefined;
  /** When the next listing is due. */
  readonly listAt: number;
  /** None begins before this. */
  readonly listNotBefore: number;
  /** To be removed, in parts. */
  readonly leaving: readonly number[];
  readonly suspects?: { readonly ids: ReadonlySet<number>; readonly at: number } | undefined;
  readonly proposals: readonly Proposal[];
  /** The last work was an adoption: a page of a listing comes first now. */
  readonly adoptedLast: boolean;
  /** Changed since the last push, and the version that each has; `many` when they are too many to push. */
  readonly unpushed: ReadonlyMap<number, number> | 'many';
  /** The version that the workers were told last. */
  readonly pushed: number;
  readonly pushNotBefore: number;
  readonly trouble?: Trouble | undefined;
  /** Of single entries of the manager's. */
  readonly toldFaults: ToldFaults;
  readonly listings: number;
  readonly changes: number;
  readonly adopted: number;
  readonly wakeAt?: number | undefined;
}

/** What only the actor sends itself. */
export type Own =
  | { readonly type: 'begin' }
  | { readonly type: 'wake' }
  | { readonly type: 'page'; readonly number: number; readonly page: ManagersPage }
  | { readonly type: 'adoptions'; readonly number: number; readonly adoptions: readonly Adoption[] }
  /** In the order of their versions. */
  | {
      readonly type: 'written';
      readonly number: number;
      readonly rows: readonly { readonly id: number; readonly version: number }[];
    }
  | { readonly type: 'failed'; readonly number: number; readonly fault: GroupsFault };

export type Effect =
  | { readonly type: 'read-page'; readonly number: number; readonly after: number }
  | { readonly type: 'adopt'; readonly number: number; readonly proposals: readonly Assignment[] }
  | { readonly type: 'write'; readonly number: number; readonly assignments: readonly Assignment[] }
  /** Ends the work that is under way: its outcome is not waited for. */
  | { readonly type: 'abandon' }
  | { readonly type: 'push'; readonly to: readonly NodeName[]; readonly messages: readonly GroupChanges[] }
  | { readonly type: 'reply-checked'; readonly to: Ref<GroupsChecked>; readonly value: GroupsChecked }
  | { readonly type: 'reply-groups'; readonly to: Ref<Groups>; readonly value: Groups }
  | { readonly type: 'reply-assigned'; readonly to: Ref<GroupsAssigned>; readonly value: GroupsAssigned }
  | { readonly type: 'reply-view'; readonly to: Ref<AuthorityView>; readonly value: AuthorityView }
  | { readonly type: 'report'; readonly event: GroupAuthorityEvent }
  | { readonly type: 'wake'; readonly delayMs: number };

export type Step = Decision<State, Effect>;

export const step = (state: State, effects: readonly Effect[] = []): Step => ({ state, effects });

/** Goes on from `before`. */
export function then(before: Step, next: (state: State) => Step): Step {
  const { state, effects } = next(before.state);
  return { state, effects: [...before.effects, ...effects] };
}

export const report = (event: GroupAuthorityEvent): Effect => ({ type: 'report', event });

export const initialState = (linked: readonly NodeName[], version: number, now: number): State => ({
  workers: new Set(linked),
  work: { type: 'idle' },
  number: 0,
  listAt: now,
  listNotBefore: now,
  leaving: [],
  proposals: [],
  adoptedLast: false,
  unpushed: new Map(),
  pushed: version,
  pushNotBefore: now,
  toldFaults: new Map(),
  listings: 0,
  changes: 0,
  adopted: 0,
});
