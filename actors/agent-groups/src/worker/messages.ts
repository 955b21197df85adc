import type { Ref } from '@muster/actor';
import type { GroupChanges, GroupsMark } from '@muster/protocol';
import type { GroupsFault } from '../ports.ts';

/** What the group replica accepts. */
export type GroupReplicaMessage =
  /** The link to the master opened, or closed. */
  | { readonly type: 'linked' }
  | { readonly type: 'unlinked' }
  /** The master pushed changes. */
  | { readonly type: 'changes'; readonly changes: GroupChanges }
  /** A beat of the master said what it holds. */
  | { readonly type: 'masters-mark'; readonly mark: GroupsMark }
  /** The assignments of the manager beside us may be others than they were. */
  | { readonly type: 'manager-changed' }
  /** This node's client.keys changed. */
  | { readonly type: 'keys-changed' }
  | { readonly type: 'get-state'; readonly replyTo: Ref<GroupReplicaView> };

export type GroupReplicaEvent =
  /** What the next beats say. Again after a restart. */
  | { readonly type: 'mark'; readonly mark: GroupsMark }
  /** What was held was not what the master has: all of it is now. `agents`: whose rows came anew. */
  | { readonly type: 'repaired'; readonly agents: number; readonly version: number }
  /** The manager beside us said something else than the master: the master's word was written again. */
  | { readonly type: 'drift-repaired'; readonly agents: number; readonly first: number }
  | { readonly type: 'proposed'; readonly id: number; readonly outcome: 'adopted' | 'kept' }
  /** Something could not be asked, read or written. Said again each time. */
  | { readonly type: 'fault'; readonly fault: GroupsFault };

export interface GroupReplicaView {
  readonly version: number;
  readonly assignments: number;
  /** Since the link opened, this node was seen to hold what the master holds, and nothing says otherwise. */
  readonly inSync: boolean;
  readonly doing: string;
  /** Assignments that the master is to be asked about. */
  readonly proposals: number;
  /** Of this incarnation. */
  readonly repairs: number;
  readonly listings: number;
  readonly driftRepaired: number;
  readonly trouble?: string;
}

/** For `ask`: how it goes. */
export const getReplicaState = (replyTo: Ref<GroupReplicaView>): GroupReplicaMessage => ({
  type: 'get-state',
  replyTo,
});
