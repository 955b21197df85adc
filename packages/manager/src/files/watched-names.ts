/**
 * Which files of one flat directory changed: by the names that its watch tells, and by a listing every
 * minute that finds what the watch missed. A change costs nothing here but its name.
 */
import { type Disk, type FileStat, type Watch, WatchExhausted } from '@muster/tree';
import { ManagerError } from '../manager-error.ts';
import { absent, stampOf } from './stamp.ts';
import { isLeftover } from './write-files.ts';

/** `after` as of the actors' clock; ms. */
export interface ManagerClock {
  now(): number;
  after(delayMs: number, fire: () => void): () => void;
}

/** One that changed; `mark` names the change. */
export interface Dirty {
  readonly name: string;
  readonly mark: number;
}

export interface WatchedNames {
  /** Lists when that is due. Rejects with a `ManagerError` when the directory cannot be listed. */
  look(): Promise<void>;
  /** The first that changed, oldest first. */
  take(limit: number): readonly Dirty[];
  readonly waiting: () => number;
  /** What changed is dealt with: `stamp` of the state that was read. False, and nothing done, when it changed again since. */
  settle(dirty: Dirty, stamp: number): boolean;
  /** `stamp` of what we put there ourselves. Whatever was read of it before is void. */
  own(name: string, stamp: number): void;
  /** It changed, or shall be looked at as if it had. */
  touchAgain(name: string): void;
  readonly knownStamp: (name: string) => number | undefined;
  /** Of what is there, as far as it was settled. */
  readonly stamps: () => Iterable<readonly [name: string, stamp: number]>;
  /** Whether `name` stood there when it was listed first, and did not change since. */
  readonly isFirstSight: (name: string) => boolean;
  /** Names that are not UTF-8, shown with `\xNN`; each is told once. */
  unreadableNames(): readonly string[];
  close(): void;
}

export interface WatchedNamesOptions {
  readonly disk: Disk;
  readonly clock: ManagerClock;
  /** Absolute. */
  readonly directory: string;
  /** Relative to R, for people. */
  readonly at: string;
  /** Something may be new. */
  readonly hint: () => void;
}

/** What a watch missed is seen so late at most. */
export const listEveryMs = 60_000;
/** Where nothing is watched. */
const listBlindMs = 10_000;
/** Some milliseconds of work. */
const itemsATurn = 2_000;

interface Known {
  stamp: number;
  listing: number;
}

export function openWatchedNames({ disk, clock, directory, at, hint }: WatchedNamesOptions): WatchedNames {
  const known = new Map<string, Known>();
  /** By name, the mark of its last change. */
  const dirty = new Map<string, number>();
  const firstSeen = new Set<string>();
  const unreadable = new Map<string, boolean>();
  let marks = 0;
  let listings = 0;
  let listedMs = Number.NEGATIVE_INFINITY;
  let watch: Watch | undefined;
  let looking: Promise<void> | undefined;
  let closed = false;

  const touch = (name: string): void => {
    dirty.delete(name);
    dirty.set(name, ++marks);
    firstSeen.delete(name);
  };
  const hinted = (name: string | undefined): void => {
    if (closed || (name !== undefined && isLeftover(name))) return;
    if (name === undefined) listedMs = Number.NEGATIVE_INFINITY;
    else touch(name);
    hint();
  };
  const blind = (): void => {
    watch = undefined;
    hinted(undefined);
  };
  const startWatch = (): void => {
    try {
      watch ??= disk.watch(directory, hinted, blind);
    } catch (error) {
      // It is listed more often instead.
      if (!(error instanceof WatchExhausted) && (error as { code?: unknown }).code === undefined) throw error;
    }
  };

  const list = async (): Promise<void> => {
    startWatch();
    listedMs = clock.now();
    const [listing] = await disk.list([directory]);
    if (listing === undefined || !listing.ok) {
      // Whoever asks again is told again, and sees the directory as soon as it is back.
      listedMs = Number.NEGATIVE_INFINITY;
      throw unlisted(at, listing?.failure.code ?? 'UNKNOWN');
    }
    listings += 1;
    let left = itemsATurn;
    for (const [index, name] of listing.names.entries()) {
      if (!isLeftover(name)) compare(name, listing.stats.at(index));
      if (--left > 0) continue;
      left = itemsATurn;
      await disk.turn();
    }
    for (const [name, one] of known) if (one.listing < listings && !dirty.has(name)) known.delete(name);
    for (const name of listing.notUtf8) if (!unreadable.has(name)) unreadable.set(name, false);
  };
  const compare = (name: string, stat: FileStat): void => {
    const before = known.get(name);
    if (before !== undefined) before.listing = listings;
    if (before?.stamp === stampOf(stat) || dirty.has(name)) return;
    touch(name);
    if (listings === 1) firstSeen.add(name);
  };

  const know = (name: string, stamp: number): void => {
    const one = known.get(name);
    if (one === undefined) known.set(name, { stamp, listing: listings });
    else one.stamp = stamp;
  };

  return {
    look: () => {
      const isDue = clock.now() - listedMs >= (watch === undefined ? listBlindMs : listEveryMs);
      if (looking === undefined && isDue) {
        looking = list().finally(() => {
          looking = undefined;
        });
      }
      return looking ?? Promise.resolve();
    },
    take: (limit) => {
      const taken: Dirty[] = [];
      for (const [name, mark] of dirty) {
        if (taken.length === limit) break;
        taken.push({ name, mark });
      }
      return taken;
    },
    waiting: () => dirty.size,
    settle: ({ name, mark }, stamp) => {
      if (dirty.get(name) !== mark) return false;
      dirty.delete(name);
      firstSeen.delete(name);
      know(name, stamp);
      return true;
    },
    own: (name, stamp) => {
      touch(name);
      know(name, stamp);
    },
    touchAgain: (name) => {
      known.delete(name);
      touch(name);
    },
    knownStamp: (name) => known.get(name)?.stamp,
    stamps: function* () {
      for (const [name, { stamp }] of known) if (stamp !== absent) yield [name, stamp];
    },
    isFirstSight: (name) => firstSeen.has(name),
    unreadableNames: () => {
      const untold = [...unreadable].filter(([, told]) => !told).map(([name]) => name);
      for (const name of untold) unreadable.set(name, true);
      return untold;
    },
    close: () => {
      closed = true;
      watch?.close();
      watch = undefined;
    },
  };
}

const cures: Readonly<Record<string, string>> = {
  ENOENT: 'this directory is not there; make it, or choose another `manager` in muster.yaml',
  EACCES: 'this directory may not be listed; give it to the group of this daemon',
  ENOTDIR: 'this is no directory; put one in its place',
};

const unlisted = (at: string, code: string): ManagerError =>
  new ManagerError(at, code, cures[code] ?? 'this directory cannot be listed; look into the kernel log');
