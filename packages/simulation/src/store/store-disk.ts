/** What the stores of one machine hold: it outlives processes, and not all of it need outlive a loss of power. */
import { emptyDisk, type MemoryDisk } from '@muster/store';
import type { Dice } from '../dice.ts';

export interface StoreFailure {
  readonly code: 'ENOSPC' | 'EIO';
  /** Of each commit; 1: always. */
  readonly probability: number;
}

/** One commit, and what was there before it. */
interface Commit {
  /** From then on it is on the disk for sure. */
  readonly syncedAt: number;
  readonly before: readonly (readonly [table: string, rows: Rows])[];
  readonly bytes: number;
}
type Rows = (MemoryDisk['tables'] extends Map<string, infer Table extends { readonly rows: object }>
  ? Table
  : never)['rows'];

/** One store. */
export interface StoreFile {
  readonly disk: MemoryDisk;
  /** What is written from now on belongs to one commit. */
  beginCommit(syncedAt: number): void;
  /** Why it cannot be used. */
  harmed: string | undefined;
}

export interface StoreDisk {
  /** By absolute path. */
  readonly files: ReadonlyMap<string, StoreFile>;
  /** An empty store in place of what is there. */
  make(path: string): StoreFile;
  /** Commits fail so; removed again to heal. */
  readonly failures: StoreFailure[];
  /** Each is called right before a commit takes effect. */
  readonly ambushes: Set<() => void>;
  /** Told of what befalls a store. */
  hear(listener: (what: StoreEvent) => void): void;
  tell(what: StoreEvent): void;
  /** The newest commits that are not synced may be lost; then all of it counts as synced. */
  losePower(dice: Dice): void;
  /** What the next process finds in place of each store. */
  damage(how: 'removed' | 'garbage'): void;
}

export type StoreEvent = 'commit failed' | 'commit lost' | 'set aside' | 'removed';

interface OpenFile extends StoreFile {
  losePower(dice: Dice): boolean;
}

export function openStoreDisk(now: () => number): StoreDisk {
  const files = new Map<string, OpenFile>();
  const listeners: ((what: StoreEvent) => void)[] = [];
  const disk: StoreDisk = {
    files,
    make: (path) => {
      const file = openFile(now);
      files.set(path, file);
      return file;
    },
    failures: [],
    ambushes: new Set(),
    hear: (listener) => void listeners.push(listener),
    tell: (what) => {
      for (const listener of listeners) listener(what);
    },
    losePower: (dice) => {
      for (const file of files.values()) if (file.losePower(dice)) disk.tell('commit lost');
    },
    damage: (how) => {
      if (how === 'garbage') for (const file of files.values()) file.harmed = 'it is no LMDB file';
      else if (files.size > 0) {
        files.clear();
        disk.tell('removed');
      }
    },
  };
  return disk;
}

function openFile(now: () => number): OpenFile {
  const disk = emptyDisk();
  /** Oldest first. */
  let unsynced: Commit[] = [];
  return {
    disk,
    harmed: undefined,
    beginCommit: (syncedAt) => {
      const before = [...disk.tables].map(([name, { rows }]) => [name, new Map(rows)] as const);
      unsynced = unsynced.filter((commit) => commit.syncedAt > now());
      unsynced.push({ syncedAt, before, bytes: disk.bytes });
    },
    losePower: (dice) => {
      const young = unsynced.filter((commit) => commit.syncedAt > now());
      const oldest = young[dice.int(0, young.length)];
      unsynced = [];
      if (oldest === undefined) return false;
      disk.tables.clear();
      for (const [name, rows] of oldest.before) disk.tables.set(name, { rows });
      disk.bytes = oldest.bytes;
      return true;
    },
  };
}
