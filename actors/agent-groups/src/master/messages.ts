import type { Ref } from '@muster/actor';
import type { Groups, GroupsAssigned, GroupsChecked, GroupsMark, NodeName, RangePart } from '@muster/protocol';
import type { GroupsFault } from '../ports.ts';

/** What the group authority accepts. */
export type GroupAuthorityMessage =
  /** The manager's assignments may be others than they were. */
  | { readonly type: 'manager-changed' }
  /** client.keys changed: an assignment may have found its agent. */
  | { readonly type: 'keys-changed' }
  /** They are in client.keys no more, and that is believed. */
  | { readonly type: 'agents-removed'; readonly ids: readonly number[] }
  | { readonly type: 'worker-linked'; readonly peer: NodeName }
  | { readonly type: 'worker-unlinked'; readonly peer: NodeName }
  | { readonly type: 'check-groups'; readonly parts: readonly RangePart[]; readonly replyTo: Ref<GroupsChecked> }
  | { readonly type: 'get-groups'; readonly from: number; readonly to: number; readonly replyTo: Ref<Groups> }
  /** Answered when it is decided: an adoption is written to the manager first. */
  | {
      readonly type: 'propose-groups';
      readonly id: number;
      readonly groups: readonly string[];
      readonly replyTo: Ref<GroupsAssigned>;
    }
  | { readonly type: 'get-state'; readonly replyTo: Ref<AuthorityView> };

export type GroupAuthorityEvent =
  /** What the next beats say; workers were told of this version. Again after a restart. */
  | { readonly type: 'mark'; readonly mark: GroupsMark }
  /** These assignments are others now. */
  | { readonly type: 'changed'; readonly agents: number; readonly version: number }
  | { readonly type: 'adopted'; readonly id: number; readonly groups: readonly string[] }
  /** Most assignments have vanished from the manager: they stay until a second reading says so, too. */
  | { readonly type: 'removal-held'; readonly agents: number; readonly of: number; readonly againInMs: number }
  /** Something could not be read or written. Said again each time. */
  | { readonly type: 'fault'; readonly fault: GroupsFault };

export interface AuthorityView {
  readonly version: number;
  readonly assignments: number;
  readonly workers: readonly NodeName[];
  readonly doing: string;
  /** Proposals that wait. */
  readonly proposals: number;
  /** Of this incarnation. */
  readonly listings: number;
  readonly changes: number;
  readonly adopted: number;
  /** Assignments whose removal waits for a second reading. */
  readonly heldRemovals: number;
  readonly trouble?: string;
}

/** For `ask`: how it goes. */
export const getAuthorityState = (replyTo: Ref<AuthorityView>): GroupAuthorityMessage => ({
  type: 'get-state',
  replyTo,
});
