/** The disk of one simulated machine: it outlives processes, and not all of it outlives a loss of power. */
import type { Dice } from '../dice.ts';
import type { Author, FileChange } from '../happenings.ts';

/** What people and programs beside the node do, and what faults do. All of it happens at once, at the time of the timeline. Absolute paths. */
export interface FileSystem {
  readonly node: string;
  /** Undefined when there is no such regular file. The bytes are not to be changed. */
  read(path: string): Uint8Array | undefined;
  /** Every regular file below `directory` that is there, sorted: absolute path and content. */
  filesBelow(directory: string): readonly (readonly [path: string, content: Uint8Array])[];
  exists(path: string): boolean;
  /** Created with its parents when absent; written in place (same inode) when there. Mode 0o660 when new. */
  write(path: string, content: Uint8Array, by: Author): void;
  /** Written beside and renamed over, as careful programs do. */
  replace(path: string, content: Uint8Array, by: Author): void;
  /** File, link or whole directory; nothing when absent. */
  remove(path: string, by: Author): void;
  rename(from: string, to: string, by: Author): void;
  chmod(path: string, mode: number, by: Author): void;
  makeDirectory(path: string, by: Author): void;
  symlink(path: string, target: string, by: Author): void;
  /** Content changed with size, mtime and mode kept: only ctime tells. */
  writeUnseen(path: string, content: Uint8Array, by: Author): void;
  /** Told right after each elementary change. One listener. */
  onChange(listener: (change: FileChange) => void): void;
  /** What was not synced may be lost, reordered or torn; then all of it counts as synced. */
  losePower(dice: Dice): void;
  /** What it does to those who use it; the nemesis changes it as it likes. */
  readonly faults: DiskFaults;
}

/** All of them plain settings, changed while the disk is in use. The defaults harm nobody. */
export interface DiskFaults {
  /** Each call takes so long, ms, uniform; `perFileMs` is added for each path. */
  latency: { minMs: number; maxMs: number; perFileMs: number };
  /** A matching operation fails with `code`: `ENOSPC`, `EIO`, `EACCES`. Removed again to heal. */
  failures: DiskFault[];
  /** Bytes that may still be written; undefined: no limit. Then `ENOSPC`, in the middle of a file too. */
  freeBytes: number | undefined;
  /** Hints of watches: each is late by up to so much, lost or told twice with these probabilities. */
  hints: { maxLateMs: number; lost: number; twice: number };
  /** Watches that may be open; beyond it `WatchExhausted`. */
  maxWatches: number;
  /** Probability that after each elementary step of a batch others come in between. */
  yieldAfterStep: number;
}

export interface DiskFault {
  /** All operations on paths that start with this. */
  readonly below: string;
  readonly operations:
    | 'all'
    | readonly ('list' | 'stat' | 'digest' | 'read' | 'write' | 'rename' | 'unlink' | 'mkdir' | 'chmod' | 'sync')[];
  readonly code: string;
  /** 1: always. */
  readonly probability: number;
}
