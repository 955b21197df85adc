import type { Ref } from '@muster/actor';
import type { FileTree, GenerationId, SyncState, TreeChanges } from '@muster/protocol';
import type { Problem } from './shapes.ts';

/** What the integrity actor accepts. */
export type IntegrityMessage =
  /** The watcher's hint: something in these directories (relative to R) changed. */
  | { readonly type: 'dirty'; readonly directories: readonly string[] }
  /** The system has no more watches, or watching failed: from now on the tree is polled. */
  | { readonly type: 'watch-exhausted' }
  /** These were written by ourselves. The local tree of a scan that begins after this names `mark`. Worker only. */
  | { readonly type: 'touched'; readonly directories: readonly string[] | 'all'; readonly mark: number }
  /** A worker's guard asks whether generation `id` is meant. Master only. */
  | { readonly type: 'confirm-generation'; readonly id: GenerationId }
  | { readonly type: 'get-state'; readonly replyTo: Ref<IntegrityView> };

/** One published state of the master's tree. */
export interface Generation {
  readonly id: GenerationId;
  readonly tree: FileTree;
  /** What made it of the generation before it, held paths set aside. Absent for the first of an epoch. */
  readonly since?: { readonly base: GenerationId; readonly changes: TreeChanges };
}

/** What it tells the node. After a restart the present state is told again. */
export type IntegrityEvent =
  /** Master: the tree has a new state, or a worker's guard asked and the same was found again. */
  | { readonly type: 'generation'; readonly generation: Generation }
  /** Worker: the tree changed, or was scanned for the first time, or a scan that was asked for ended. */
  | {
      readonly type: 'local-tree';
      readonly tree: FileTree;
      readonly modeDrift: readonly string[];
      readonly leftovers: readonly string[];
      readonly problems: readonly Problem[];
      /** The marks of `touched` that this scan began after. */
      readonly marks: readonly number[];
    }
  /** Each change of how it stands. On a worker only its file-sync can say `in-sync`; here it means: the disk is known. */
  | IntegrityStatus;

export interface IntegrityStatus {
  readonly type: 'status';
  /** Master: the generation that is published. */
  readonly id?: GenerationId;
  readonly state: SyncState;
  readonly files: number;
  readonly why?: string;
}

export interface IntegrityView {
  /** `held`: what the disk shows is not published, see `problems`. */
  readonly phase: 'starting' | 'watching' | 'held' | 'failing';
  readonly id?: GenerationId | undefined;
  readonly files: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
  readonly lastScanMs?: number | undefined;
  readonly scanning: boolean;
  readonly watching: 'inotify' | 'polling';
  readonly why?: string | undefined;
}

/** For `ask`: what is known of this node's files. */
export const getIntegrityState = (replyTo: Ref<IntegrityView>): IntegrityMessage => ({ type: 'get-state', replyTo });
