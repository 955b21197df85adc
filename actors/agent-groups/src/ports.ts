/** What the two agent-groups actors need of the node that they run in. */
import type { GroupRow, Groups, GroupsAssigned, GroupsChecked, RangePart } from '@muster/protocol';

/** Who has which groups; none: no assignment. */
export interface Assignment {
  readonly id: number;
  readonly groups: readonly string[];
}

/** One entry of the manager's that could not be read or written. */
export interface GroupsFault {
  /** A file, a socket or `agent 012`: where it is about one agent, it ends with the agent's id. */
  readonly at: string;
  /** `bad-name` and `not-utf8`: of an entry that is no agent's. `more-faults`: stands for others, of whomever. */
  readonly code: string;
  /** For people: the fault and its cure. */
  readonly text: string;
}

/** The groups of the manager beside us (`Manager` of `packages/manager`). */
export interface ManagersGroups {
  /** All there are with ids after `after`, up to `next` (included), page by page, in the order of ids. Rejects when the listing is not whole. */
  groups(
    after: number,
    signal: AbortSignal,
  ): Promise<{
    readonly rows: readonly Assignment[];
    readonly faults: readonly GroupsFault[];
    readonly next: number | undefined;
  }>;
  /** Those of `ids` that have an assignment, read now, whatever was listed before. Without it, all are listed. */
  groupsOf?(
    ids: readonly number[],
    signal: AbortSignal,
  ): Promise<{ readonly rows: readonly Assignment[]; readonly faults: readonly GroupsFault[] }>;
  /** Idempotent, durable when it resolves. Those that could not be written; rejects when none can. */
  assign(rows: readonly Assignment[], signal: AbortSignal): Promise<readonly GroupsFault[]>;
}

/** The assignments as this node holds them, durable. In memory and in the store (`packages/store`, `GroupStore`). */
export interface HeldGroups {
  readonly version: () => number;
  get(id: number): GroupRow | undefined;
  /** Rows by id, from `from` to `to`, both included, at most `limit`. */
  rows(from: number, to: number, limit: number): readonly GroupRow[];
  /** One transaction: these rows and this version. A row without groups is removed. */
  put(rows: readonly GroupRow[], version: number): Promise<void>;
}

/** What a worker asks of its master's agent-groups actor; each rejects when there is no link, it closed, or no answer came. */
export interface GroupsLink {
  readonly linked: () => boolean;
  check(parts: readonly RangePart[]): Promise<GroupsChecked>;
  get(from: number, to: number): Promise<Groups>;
  propose(id: number, groups: readonly string[]): Promise<GroupsAssigned>;
}
