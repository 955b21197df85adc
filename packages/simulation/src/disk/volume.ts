/** The inside of a simulated file system: what its parts share. */
import type { FileChange } from '../happenings.ts';
import { type Contents, noContent } from './content.ts';
import type { DiskFaults } from './file-system.ts';
import type { Directory, File, Inode, State } from './inode.ts';

/** What became of one name in an elementary change. */
export interface Slot {
  readonly directory: Directory;
  readonly name: string;
  readonly before: Inode | undefined;
  readonly after: Inode | undefined;
}

/** A change of names that is not yet durable: one slot, or the two of a rename, which survive together or not at all. */
export interface Renaming {
  readonly atMs: number;
  readonly slots: readonly Slot[];
}

export interface Volume {
  readonly node: string;
  readonly root: Directory;
  /** The timeline's clock, ms. */
  readonly now: () => number;
  /** The machine's wall clock, ms since 1970. */
  readonly wallNow: () => number;
  /** Files are stamped with the last tick of the wall clock. */
  readonly tickMs: number;
  readonly contents: Contents;
  readonly faults: DiskFaults;
  /** Oldest first. */
  pending: Renaming[];
  /** Files with a `past`. */
  readonly dirty: Set<File>;
  /** `pending` and `dirty` are cleared of what is old when they have grown to so many. */
  tidyAt: number;
  /** Where absolute paths lead; forgotten when a directory or a symlink goes or moves. */
  readonly paths: Map<string, Directory>;
  /** How often that was so. */
  moves: number;
  listener: ((change: FileChange) => void) | undefined;
  inodes: number;
  devices: number;
  stamp: { readonly tick: number; readonly ns: bigint };
  /** Open watches of all processes. */
  watches: number;
  /** What is unmounted, by path; and what lies below each file system that ever was. */
  readonly away: Map<string, Directory>;
  readonly below: Map<string, Directory>;
}

export interface VolumeOptions {
  readonly node: string;
  readonly now: () => number;
  readonly wallNow: () => number;
  readonly tickMs: number;
  readonly contents: Contents;
  readonly faults: DiskFaults;
}

const firstDevice = 2_049;

export function openVolume(options: VolumeOptions): Volume {
  const stamp = { tick: Number.NaN, ns: 0n };
  const root = directoryOf(2n, BigInt(firstDevice), firstState(0o755, options.now(), 0n));
  return {
    ...options,
    root,
    pending: [],
    dirty: new Set(),
    tidyAt: 1_024,
    paths: new Map(),
    moves: 0,
    listener: undefined,
    inodes: 10,
    devices: firstDevice,
    stamp,
    watches: 0,
    away: new Map(),
    below: new Map(),
  };
}

const firstState = (mode: number, sinceMs: number, ns: bigint): State => ({
  content: noContent,
  mode,
  uid: 0,
  gid: 0,
  mtimeNs: ns,
  ctimeNs: ns,
  sinceMs,
});

function directoryOf(number: bigint, device: bigint, state: State): Directory {
  return {
    kind: 'directory',
    number,
    device,
    state,
    homes: [],
    watchers: undefined,
    packed: undefined,
    entries: new Map(),
    name: '',
    names: undefined,
    listing: undefined,
    path: undefined,
  };
}

/** The time of the last tick: what changes within one bears the same times. */
export function stampNs(volume: Volume): bigint {
  const tick = Math.floor(volume.wallNow() / volume.tickMs);
  if (tick !== volume.stamp.tick) volume.stamp = { tick, ns: BigInt(tick * volume.tickMs) * 1_000_000n };
  return volume.stamp.ns;
}

const nextInode = (volume: Volume): bigint => {
  volume.inodes += 1;
  return BigInt(volume.inodes);
};
const stateNow = (volume: Volume, mode: number): State => firstState(mode, volume.now(), stampNs(volume));

/** Empty, and not yet durable. */
export function newFile(volume: Volume, device: bigint, mode: number): File {
  const state = stateNow(volume, mode);
  const file: File = {
    kind: 'file',
    number: nextInode(volume),
    device,
    state,
    homes: [],
    watchers: undefined,
    packed: undefined,
    past: [state],
    tail: undefined,
    tailBytes: 0,
  };
  volume.dirty.add(file);
  return file;
}

export const newDirectory = (volume: Volume, device: bigint, mode: number): Directory =>
  directoryOf(nextInode(volume), device, stateNow(volume, mode));

export const newLink = (volume: Volume, device: bigint, target: string): Inode => ({
  kind: 'symlink',
  number: nextInode(volume),
  device,
  state: stateNow(volume, 0o777),
  homes: [],
  watchers: undefined,
  packed: undefined,
  target,
});
