import type { FileEntry, FileTree, TreeChanges } from '@muster/protocol';

/** Something in the tree that cannot be synchronised, shown until it is mended. */
export interface Problem {
  /** Relative to R. Not-UTF-8 names are shown with `\xNN` escapes. */
  readonly path: string;
  /**
   * `held` kinds are left out and named in the generation's held paths; `blocking` kinds hold the
   * whole generation back, for what cannot be read must not look deleted.
   */
  readonly effect: 'held' | 'blocking';
  readonly code:
    | 'too-large'
    | 'not-utf8'
    | 'unsafe-name'
    | 'symlink-outside'
    | 'unreadable-file'
    | 'unreadable-directory'
    | 'missing-directory'
    | 'changing'
    | 'too-many-files';
  /** Plain words: what is wrong and what mends it. */
  readonly text: string;
}

export interface ScanResult {
  /** Meaningful as a generation only when no problem is blocking. */
  readonly tree: FileTree;
  readonly problems: readonly Problem[];
  /** Paths whose mode or owner is not what the table says (a worker mends them). */
  readonly modeDrift: readonly string[];
  /** Staged files of a run that ended, relative to R. */
  readonly leftovers: readonly string[];
  /** Every directory that is to be watched, relative to R. */
  readonly directories: readonly string[];
  /** Files whose content was read, and files known from their stat alone. */
  readonly hashed: number;
  readonly reused: number;
}

export interface Scanner {
  /**
   * Scans all, or only `dirty` directories (relative to R) with what is new below them. One scan at a
   * time. What did not change is shared with the tree before. Rejects when aborted.
   */
  scan(dirty: ReadonlySet<string> | 'all', signal: AbortSignal): Promise<ScanResult>;
  /** Writes the digest cache; never rejects (a lost cache costs one cold scan). */
  save(): Promise<void>;
}

/** Where content comes from, by digest. The one seam through which files are fetched. */
export interface ContentSource {
  /**
   * For each of `wanted`, in order, its bytes in pieces. A digest that the source no longer has yields
   * `missing`. Rejects when the link broke.
   */
  fetch(wanted: readonly FileEntry[], sink: ContentSink, signal: AbortSignal): Promise<void>;
}

export interface ContentSink {
  /** The content of `wanted[index]` begins. */
  begin(index: number): void;
  /** Resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>;
  missing(index: number): void;
}

export interface Replication {
  readonly changes: TreeChanges;
  /** Paths whose mode or owner is to be set. */
  readonly modeDrift: readonly string[];
  readonly leftovers: readonly string[];
}

export interface ReplicationResult {
  readonly written: number;
  readonly removed: number;
  readonly bytes: number;
  /** What could not be done, file by file; the rest was. Empty: the plan holds. */
  readonly failures: readonly { readonly path: string; readonly code: string; readonly text: string }[];
  /** Content that the source no longer had: a newer generation is on its way. */
  readonly missing: readonly string[];
}

/** Makes plans true on this node's disk. One at a time. */
export interface Replicator {
  /**
   * Rolls an interrupted transaction forward, or clears what it staged. To be called before the first
   * scan. The result tells what was found, for the log; `failures` are the paths with which it could not
   * be done. Rejects with a `DiskError`, and keeps the journal, at a fault of the device: call it again.
   */
  recover(): Promise<{
    readonly found: 'nothing' | 'staged' | 'journal';
    readonly renamed: number;
    readonly removed: number;
    readonly failures: ReplicationResult['failures'];
  }>;
  /**
   * Stage, sync, journal, rename, sync, delete (into the trash), commit. Rejects with a `DiskError` and
   * leaves the tree as it was, or, when the device is at fault after that, the journal: the next call
   * rolls it forward and rejects with `ROLLED_FORWARD`, for the tree is another than the plan was made for.
   */
  replicate(
    plan: Replication,
    source: ContentSource,
    progress: (done: { files: number; bytes: number }) => void,
    signal: AbortSignal,
  ): Promise<ReplicationResult>;
}
