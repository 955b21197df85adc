/**
 * The disk as the tree sees it: one port, with a real adapter (system calls in worker threads) and
 * a simulated one. Everything is done in batches, for a call per file costs more than the file.
 *
 * Paths are absolute. Nothing here follows a symlink in the last component, except where said.
 * Failures are values (`DiskFailure`), not exceptions, save for bugs.
 */

export type FileKind = 'file' | 'directory' | 'symlink' | 'other';

/** Names the state of a file without reading it: two equal stats of one path mean unchanged content, unless too fresh. */
export interface FileStat {
  readonly kind: FileKind;
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface DiskFailure {
  /** The system's code: `ENOENT`, `EACCES`, `EIO`, `ENOSPC`, … */
  readonly code: string;
  readonly path: string;
}

/** One directory, listed. Entries are sorted by name. One whose path is too long for the system has a stat of all zeros. */
export type Listing =
  | {
      readonly ok: true;
      readonly directory: string;
      readonly names: readonly string[];
      readonly stats: Stats;
      readonly notUtf8: readonly string[];
    }
  | { readonly ok: false; readonly directory: string; readonly failure: DiskFailure };

/** The stats of a listing, packed: 8 64-bit fields an entry, so that an unchanged directory is one comparison of memory. */
export interface Stats {
  readonly packed: BigInt64Array;
  at(index: number): FileStat;
}

export type Digested =
  /** `stat` is that of the open file, the same before and after reading. */
  | { readonly ok: true; readonly path: string; readonly digest: string; readonly stat: FileStat }
  /** `CHANGED`: it changed while it was read, three times in a row. `NOT_A_FILE`. Or the system's code. */
  | { readonly ok: false; readonly path: string; readonly failure: DiskFailure };

/**
 * One change of the tree. Each reports its own outcome; a batch goes on after a failure.
 *
 * `within` (absolute): right before the change every directory from there down to the path is looked
 * at, `within` itself excepted, and one that is not a plain directory refuses the step (`ELOOP` for a
 * symlink, else `ENOTDIR`, `ENOENT`). For a rename it concerns those of both paths that lie below it.
 */
export type DiskStep = (
  | /** Of anything but a directory (`EISDIR`); replaces what is there, save a directory (`EISDIR`). */
  { readonly do: 'rename'; readonly from: string; readonly to: string }
  | { readonly do: 'unlink'; readonly path: string }
  /** With parents. One that is there already is left as it is. */
  | { readonly do: 'make-directory'; readonly path: string; readonly mode: number; readonly owner?: Owner }
  /** Only when empty (`ENOTEMPTY`). */
  | { readonly do: 'remove-directory'; readonly path: string }
  /** These three only of a regular file (`NOT_A_FILE`). */
  | { readonly do: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly do: 'chown'; readonly path: string; readonly owner: Owner }
  /** `mtimeMs`: whole, since 1970. The millisecond is kept as it is; what the stat shows below it is the system's. */
  | { readonly do: 'set-mtime'; readonly path: string; readonly mtimeMs: number }
) & { readonly within?: string };

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export type StepOutcome =
  | { readonly ok: true; readonly stat?: FileStat }
  | { readonly ok: false; readonly failure: DiskFailure };

/** A file being staged: created exclusively, filled in order, digested on the way. */
export interface StagedWrite {
  readonly path: string;
  readonly mode: number;
  readonly owner?: Owner;
  readonly size: number;
  /** As of `DiskStep`: looked at when the file is created. */
  readonly within?: string;
}

/** What became of a staged file. After a failure its remains are removed; the others go on. */
export type Staged =
  | { readonly ok: true; readonly path: string; readonly digest: string; readonly stat: FileStat }
  | { readonly ok: false; readonly path: string; readonly failure: DiskFailure };

export interface Stager {
  begin(file: StagedWrite): void;
  /** Copies the bytes; resolves when more may be handed over. At most 4 MiB are in flight. */
  write(bytes: Uint8Array): Promise<void>;
  /** Every begun file, in order. */
  finish(): Promise<readonly Staged[]>;
  /** Removes all that was staged. May be called at any time, and twice. */
  abort(): Promise<void>;
}

export interface Reader {
  readonly stat: FileStat;
  /** At most `maxBytes`; empty at the end. */
  read(maxBytes: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface Watch {
  close(): void;
}

export interface Disk {
  list(directories: readonly string[]): Promise<readonly Listing[]>;
  stat(paths: readonly string[]): Promise<readonly (FileStat | DiskFailure)[]>;
  /** Where each path leads when every symlink is followed. */
  realpath(paths: readonly string[]): Promise<readonly (string | DiskFailure)[]>;
  /** Reads and digests (BLAKE2b-512) regular files, off the event loop. */
  digest(paths: readonly string[], signal: AbortSignal): Promise<readonly Digested[]>;
  /** Small files of our own. `undefined` when there is none. Rejects with a `DiskError`. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Writes a temporary file beside it, syncs it, renames it, syncs the directory. Rejects with a `DiskError`. */
  replace(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** Reads a large file piece by piece, for sending. The stat is of the open file. Rejects with a `DiskError`. */
  openReader(path: string): Promise<Reader>;
  /**
   * Writes staged files, off the event loop: bytes are handed over in order, `begin` starts the next
   * file, `finish` resolves with what became of each. A file fails alone (`ENOSPC`, `EEXIST`, …).
   */
  openStager(): Promise<Stager>;
  steps(steps: readonly DiskStep[]): Promise<readonly StepOutcome[]>;
  /** Makes durable what was written below `directories`: one syncfs a device, or an fsync a file when `files` are few. */
  sync(files: readonly string[], directories: readonly string[]): Promise<void>;
  /**
   * Hints that something in `directory` changed, and what where that is known. Throws `WatchExhausted`
   * when the system has no more watches.
   */
  watch(directory: string, changed: (name?: string) => void, failed: (error: Error) => void): Watch;
  /** Resolves in a later turn of the event loop: long work lets others in. */
  turn(): Promise<void>;
}
