/** The disk of one simulated machine: it outlives processes, and not all of it outlives a loss of power. */
import type { Dice } from '../dice.ts';
import type { Author, FileChange } from '../happenings.ts';
import type { Volume } from './volume.ts';

/**
 * What people and programs beside the node do, and what faults do. All of it happens at once, at the
 * time of the timeline. Absolute paths; a byte of a name that is no UTF-8 is a lone surrogate, U+DC80
 * to U+DCFF. Changes return whether they could be made: a directory that is in the way, or is none,
 * makes them fail, as it does for people.
 */
export interface FileSystem {
  readonly node: string;
  /** Bytes of the regular file that is there. Costs nothing, as `read` does of a file that is being written piece by piece. */
  size(path: string): number | undefined;
  /** Undefined when there is no such regular file; symlinks are followed. The bytes are not to be changed; equal contents up to 256 KiB are the same object. */
  read(path: string): Uint8Array | undefined;
  /** Every regular file below `directory` that is there, sorted: absolute path and content. Symlinks are not followed. */
  filesBelow(directory: string): readonly (readonly [path: string, content: Uint8Array])[];
  /** Also of a symlink that leads nowhere. */
  exists(path: string): boolean;
  /** Permission bits of what is there, symlinks not followed. */
  mode(path: string): number | undefined;
  /** Created with its parents when absent; written in place (same inode) when there. Mode 0o660 when new. Not synced. */
  write(path: string, content: Uint8Array, by: Author): boolean;
  /** Written beside, synced, and renamed over, as careful programs do; the rename is not synced. Mode and owner are kept. */
  replace(path: string, content: Uint8Array, by: Author): boolean;
  /** File, link or whole directory. False when absent. */
  remove(path: string, by: Author): boolean;
  /** As rename(2): also of directories. */
  rename(from: string, to: string, by: Author): boolean;
  /** A second name of the same file. */
  hardLink(from: string, to: string, by: Author): boolean;
  chmod(path: string, mode: number, by: Author): boolean;
  /** With its parents. */
  makeDirectory(path: string, by: Author): boolean;
  symlink(path: string, target: string, by: Author): boolean;
  /** Content changed with size, mtime and mode kept: only ctime tells. False when the size is another. */
  writeUnseen(path: string, content: Uint8Array, by: Author): boolean;
  /**
   * `directory` shows what lies below its file system: at first an empty directory of another device,
   * later what was put there meanwhile. What lay there comes back with `mount`. Both sync everything.
   */
  unmount(directory: string, by: Author): boolean;
  mount(directory: string, by: Author): boolean;
  /** Told right after each elementary change. One listener. */
  onChange(listener: (change: FileChange) => void): void;
  /** All of it is durable from now on. */
  settle(): void;
  /**
   * What was not synced may be lost, reordered or torn; then all of it counts as synced. Changes of
   * names are lost in the order of a journal, or each for itself where nothing that survives needs it.
   * What is older than 30 s is on the disk. A stat never lies about a torn content.
   */
  losePower(dice: Dice): void;
  /** What it does to those who use it; the nemesis changes it as it likes. */
  readonly faults: DiskFaults;
  /** For `simulatedDisk` alone. */
  readonly volume: Volume;
}

/** All of them plain settings, changed while the disk is in use. The defaults harm nobody. People and programs beside the node never meet them. */
export interface DiskFaults {
  /** Each call takes so long, ms, uniform; `perFileMs` is added for each path, `perPieceMs` (0.25) while digesting for each 256 KiB. */
  latency: { minMs: number; maxMs: number; perFileMs: number; perPieceMs?: number };
  /** A matching operation fails with `code`: `ENOSPC`, `EIO`, `EACCES`. Removed again to heal. */
  failures: DiskFault[];
  /** Bytes that may still be written; undefined: no limit. Then `ENOSPC`, in the middle of a file too. What is removed is added. */
  freeBytes: number | undefined;
  /**
   * Hints of watches: each is late by up to so much, lost or told twice with these probabilities (`lost` 1
   * for a while: an overflow). More than `queued` (16,384) that were not yet told to one process are lost too.
   */
  hints: { maxLateMs: number; lost: number; twice: number; queued?: number };
  /** Watches that may be open; beyond it `WatchExhausted`. */
  maxWatches: number;
  /** Probability that after each elementary step of a batch others come in between. */
  yieldAfterStep: number;
}

export type Operation =
  | 'list'
  | 'stat'
  | 'digest'
  | 'read'
  | 'write'
  | 'rename'
  | 'unlink'
  | 'mkdir'
  | 'chmod'
  | 'sync';

export interface DiskFault {
  /** All operations on paths that start with this. */
  readonly below: string;
  readonly operations: 'all' | readonly Operation[];
  readonly code: string;
  /** 1: always. */
  readonly probability: number;
}

export const harmless = (): DiskFaults => ({
  latency: { minMs: 0.05, maxMs: 0.5, perFileMs: 0.005 },
  failures: [],
  freeBytes: undefined,
  hints: { maxLateMs: 0, lost: 0, twice: 0 },
  maxWatches: Number.POSITIVE_INFINITY,
  yieldAfterStep: 0,
});
