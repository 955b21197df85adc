/** What the two agent-groups actors need of the node that they run in. */
import type { GroupRow, Groups, GroupsAssigned, GroupsChecked, RangePart } from '@muster/protocol';

/** The groups of the manager beside us (`Manager` of `packages/manager`). */
export interface ManagersGroups {
  /** All there are, page by page. */
  groups(
    after: number,
    signal: AbortSignal,
  ): Promise<{
    readonly rows: readonly { readonly id: number; readonly groups: readonly string[] }[];
    readonly faults: readonly { readonly at: string; readonly code: string; readonly text: string }[];
    readonly next: number | undefined;
  }>;
  assign(
    rows: readonly { readonly id: number; readonly groups: readonly string[] }[],
    signal: AbortSignal,
  ): Promise<readonly { readonly at: string; readonly code: string; readonly text: string }[]>;
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
