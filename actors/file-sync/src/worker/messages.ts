import type { Ref } from '@muster/actor';
import type { FileTree, GenerationAnnounced, GenerationId, SyncState } from '@muster/protocol';
import type { Problem } from '../shapes.ts';
import type { ReplicaView } from '../view.ts';

/** What the replica accepts. */
export type FileReplicaMessage =
  /** The link to the master opened, or closed. */
  | { readonly type: 'linked' }
  | { readonly type: 'unlinked' }
  /** The master said so. An older generation than the newest of this link is ignored. */
  | { readonly type: 'announced'; readonly generation: GenerationAnnounced }
  /** A scan of this node's files ended. `marks`: the rescans asked for that began after they were asked. */
  | {
      readonly type: 'local-tree';
      readonly tree: FileTree;
      readonly modeDrift: readonly string[];
      readonly leftovers: readonly string[];
      readonly problems: readonly Problem[];
      readonly marks: readonly number[];
    }
  | { readonly type: 'get-state'; readonly replyTo: Ref<ReplicaView> };

/** How this node stands, for the keep-alive's beat. */
export interface ReplicaStatus {
  readonly type: 'status';
  /** The generation that the disk holds, as scanned. Absent: none. */
  readonly holds?: GenerationId;
  readonly state: SyncState;
  /** Files of this node. */
  readonly files: number;
  /** Plain words on why it is not in sync; at most 2,000 characters. */
  readonly why?: string;
}

/** What it tells the node: each change once, all of it again after a restart. */
export type FileReplicaEvent = ReplicaStatus;

/** For `ask`: everything that is known of the synchronisation. */
export const getReplicaState = (replyTo: Ref<ReplicaView>): FileReplicaMessage => ({ type: 'get-state', replyTo });
