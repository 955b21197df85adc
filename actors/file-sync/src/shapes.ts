/** What file-sync needs of the disk and of links, in the shape that `packages/tree` and `packages/link` give it. */
import type { TreeChanges } from '@muster/protocol';

/** What is to be made true on this node's disk. */
export interface Replication {
  readonly changes: TreeChanges;
  /** Paths whose mode or owner is to be set. */
  readonly modeDrift: readonly string[];
  /** Staged files of a run that ended, to be cleared away. */
  readonly leftovers: readonly string[];
}

/** What could not be done to one file. */
export interface FileFailure {
  readonly path: string;
  /** Stable: the system's code (`EACCES`, …), or one of ours. */
  readonly code: string;
  readonly text: string;
}

export interface ReplicationResult {
  readonly written: number;
  readonly removed: number;
  readonly bytes: number;
  /** What could not be done, file by file; the rest was. */
  readonly failures: readonly FileFailure[];
  /** Paths whose content the source no longer had: a newer generation is on its way. */
  readonly missing: readonly string[];
}

/** Something in this node's tree that cannot be synchronised. */
export interface Problem {
  readonly path: string;
  readonly effect: 'held' | 'blocking';
  readonly code: string;
  readonly text: string;
}

/** The sender's end of a stream to one worker. */
export interface OutgoingStream {
  /** Resolves when the bytes may leave. Rejects when the stream was aborted. */
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
  abort(code: string, text: string): void;
  readonly signal: AbortSignal;
}
