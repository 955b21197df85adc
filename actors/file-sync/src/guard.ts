/**
 * The guard against mass deletion: what a generation would delete beyond a limit waits until a
 * second generation says the same (`reference/security.md` 4, delete safety).
 */
import {
  compareGenerations,
  entryAt,
  type FileTree,
  type GenerationId,
  splitPath,
  type TreeChanges,
} from '@muster/protocol';
import { addedBy, byClass, classOf, classSizes, emptiedBy } from './classes.ts';
import { type Deletions, deletedOf } from './deletions.ts';

/** The agents' keys, relative to R. A worker without them turns every agent away. */
export const clientKeysPath = 'etc/client.keys';

export interface GuardLimits {
  /** The top configured directories, relative to R; each is a class of files. */
  readonly classes: readonly string[];
  /** Deletions above this share of a class's files, 0 to 100, are held … */
  readonly percent: number;
  /** … when they are at least this many. At least 1. */
  readonly files: number;
  /**
   * Milliseconds from the beginning of a hold to the generation that may confirm it: time for a mount to
   * come back. A generation that comes sooner, made for some other change, says nothing new.
   */
  readonly confirmAfterMs: number;
}

/** Takes half of a class away at most; three files may always go. */
export const guardDefaults = { percent: 50, files: 4, confirmAfterMs: 30_000 } as const;

/** A class that was this large never becomes empty unasked, however the share is counted. */
const emptiedFiles = 2;

/** From this size on, in bytes, the share that client.keys loses is measured: a few agents may always go. */
const keysMeasuredFrom = 100;
/** Bytes: no line with a key is shorter, so what is left holds none. */
const leastKeys = 20;

export type HoldKind = 'deletes-many' | 'empties' | 'keys-deleted' | 'keys-emptied' | 'keys-shrunk';

/** Deletions of one class that are beyond the limit. */
export interface Suspect {
  /** The class, or `etc/client.keys`. */
  readonly key: string;
  readonly kind: HoldKind;
  /** Files that would be deleted, or lose all their bytes. */
  readonly paths: ReadonlySet<string>;
  /** How many of `paths` stay, with 0 bytes. */
  readonly emptied: number;
  /** Files of the class on this node. */
  readonly of: number;
  /** Others of the class that this node deleted within the last minute. */
  readonly before: number;
  /** Of client.keys: its size now, and what would be left of it. */
  readonly bytes?: { readonly from: number; readonly to: number };
}

/** A suspect with the generation that said it first and, once there is one, the generation that said it again. */
export interface Hold extends Suspect {
  readonly since: GenerationId;
  /** When that was, ms of the clock. */
  readonly heldAt: number;
  /** The newest generation that said it, too soon to confirm it. */
  readonly lastSaid: GenerationId;
  readonly confirmedBy?: GenerationId;
}

/** By class. */
export type Holds = ReadonlyMap<string, Hold>;

/**
 * The deletions of `changes` that are beyond the limits, class by class; a file that loses all its bytes counts
 * as deleted. Files deleted a short while ago (`recent`) and not there again count as if they went now: a tree
 * that empties bit by bit empties too. What is held (`holds`) is measured by the class as it was then: the newcomers
 * of the same generation, which are let through, do not make a small share of it. `keysUnseen`: this node cannot
 * see its own client.keys, which may hold every agent.
 */
export function suspectsOf(
  local: FileTree,
  changes: TreeChanges,
  limits: GuardLimits,
  recent: Deletions = [],
  holds: Holds = new Map(),
  keysUnseen = false,
): readonly Suspect[] {
  const keys = keysSuspect(local, changes, limits.percent, keysUnseen);
  return [...(keys === undefined ? [] : [keys]), ...classSuspects(local, changes, limits, recent, holds)];
}

function keysSuspect(local: FileTree, changes: TreeChanges, percent: number, keysUnseen: boolean): Suspect | undefined {
  const own = entryAt(local, clientKeysPath);
  const from = own?.size ?? 0;
  const base = { key: clientKeysPath, paths: new Set([clientKeysPath]), emptied: 0, of: 1, before: 0 };
  const to = changes.put.find(({ path }) => path === clientKeysPath)?.entry.size;
  if (own === undefined && keysUnseen && to !== undefined && to < leastKeys)
    return { ...base, kind: 'keys-emptied', bytes: { from, to } };
  if (from === 0) return undefined;
  if (changes.remove.includes(clientKeysPath)) return { ...base, kind: 'keys-deleted', bytes: { from, to: 0 } };
  if (to === undefined || to >= from) return undefined;
  if (to === 0) return { ...base, kind: 'keys-emptied', bytes: { from, to } };
  const much = from >= keysMeasuredFrom && (from - to) * 100 > percent * from;
  return much || to < leastKeys ? { ...base, kind: 'keys-shrunk', bytes: { from, to } } : undefined;
}

function classSuspects(
  local: FileTree,
  changes: TreeChanges,
  limits: GuardLimits,
  recent: Deletions,
  holds: Holds,
): Suspect[] {
  const emptied = new Set(emptiedBy(local, changes));
  if (changes.remove.length === 0 && emptied.size === 0) return [];
  const sizes = classSizes(local, limits.classes);
  const added = byClass(addedBy(local, changes), limits.classes);
  return [...byClass([...changes.remove, ...emptied], limits.classes)].flatMap(([key, paths]): Suspect[] => {
    const size = sizes.get(key) ?? paths.size;
    const empties = size - paths.size + (added.get(key)?.size ?? 0) === 0 && size >= emptiedFiles;
    const earlier = goneBefore(local, paths, deletedOf(recent, key));
    const absent = earlier.filter((path) => entryAt(local, path) === undefined).length;
    const isMany = (gone: number, of: number): boolean => tooMany(gone + earlier.length, of + absent, limits);
    const heldOf = sizeWhenHeld(holds.get(key), paths, isMany);
    if (!empties && heldOf === undefined && !isMany(paths.size, size)) return [];
    const truncated = [...paths].filter((path) => emptied.has(path)).length;
    const kind = empties ? 'empties' : 'deletes-many';
    const of = Math.min(size, heldOf ?? size);
    return [{ key, kind, paths, emptied: truncated, of, before: earlier.length }];
  });
}

/** What `paths` are measured by while too many of those that are held are among them; undefined when they are not. */
function sizeWhenHeld(
  held: Hold | undefined,
  paths: ReadonlySet<string>,
  isMany: (gone: number, of: number) => boolean,
): number | undefined {
  if (held === undefined) return undefined;
  const still = [...paths].filter((path) => held.paths.has(path)).length;
  return isMany(still, held.of) ? held.of + paths.size - still : undefined;
}

const tooMany = (gone: number, of: number, { percent, files }: GuardLimits): boolean =>
  gone * 100 > percent * of && gone >= files;

/** What was deleted a short while ago, is not there again with some content, and is none of `paths`. */
const goneBefore = (local: FileTree, paths: ReadonlySet<string>, deleted: readonly string[]): readonly string[] =>
  deleted.filter((path) => !paths.has(path) && (entryAt(local, path)?.size ?? 0) === 0);

/** A generation, and when it is looked at, ms of the clock. */
export interface Said {
  readonly id: GenerationId;
  readonly at: number;
}

/**
 * What is held, now that a generation says `suspects`.
 *
 * A hold is confirmed by a later generation that comes `confirmAfterMs` after the hold began or later, and
 * deletes nothing that the first did not delete; one that deletes more begins a new hold, so that each single
 * deletion was said twice. A class that is no longer suspect is no longer held.
 */
export function reviewHolds(before: Holds, suspects: readonly Suspect[], said: Said, confirmAfterMs: number): Holds {
  return new Map(
    suspects.map((suspect) => [suspect.key, review(before.get(suspect.key), suspect, said, confirmAfterMs)]),
  );
}

function review(before: Hold | undefined, suspect: Suspect, { id, at }: Said, confirmAfterMs: number): Hold {
  if (before === undefined || !saidAlready(before, suspect) || compareGenerations(id, before.since) < 0)
    return { ...suspect, since: id, heldAt: at, lastSaid: id };
  if (compareGenerations(id, before.confirmedBy ?? before.lastSaid) <= 0) return before;
  // What this generation does not take any more was not said twice when a later one takes it again.
  const { of: _of, before: _before, ...taken } = suspect;
  const hold = { ...before, ...taken };
  const confirms = before.confirmedBy !== undefined || at - before.heldAt >= confirmAfterMs;
  return confirms ? { ...hold, confirmedBy: id } : { ...hold, lastSaid: id };
}

/** Whether `before` takes all that `suspect` takes: the same files, and as much of client.keys. */
const saidAlready = (before: Suspect, suspect: Suspect): boolean =>
  [...suspect.paths].every((path) => before.paths.has(path)) && (suspect.bytes?.to ?? 0) >= (before.bytes?.to ?? 0);

/** The holds that still wait for a second generation. */
export const waitingHolds = (holds: Holds): readonly Hold[] =>
  [...holds.values()].filter(({ confirmedBy }) => confirmedBy === undefined);

/** What of `changes` may be done at once: all but the deletions and truncations of the classes that wait. */
export function allowedChanges(changes: TreeChanges, holds: Holds, classes: readonly string[]): TreeChanges {
  const waiting = new Map(waitingHolds(holds).map((hold) => [hold.key, hold]));
  if (waiting.size === 0) return changes;
  const keysWait = waiting.has(clientKeysPath);
  return {
    put: changes.put.filter(({ path, entry }) => {
      if (keysWait && path === clientKeysPath) return false;
      return entry.size > 0 || waiting.get(classOf(splitPath(path)[0], classes))?.paths.has(path) !== true;
    }),
    remove: changes.remove.filter(
      (path) => !waiting.has(classOf(splitPath(path)[0], classes)) && !(keysWait && path === clientKeysPath),
    ),
    makeDirectories: changes.makeDirectories,
    removeDirectories: changes.removeDirectories.filter(
      (directory) =>
        !waiting.has(classOf(directory, classes)) && !(keysWait && clientKeysPath.startsWith(`${directory}/`)),
    ),
  };
}

/** One sentence: who would delete what, and what it waits for. */
export function holdWords(hold: Hold): string {
  return `The master's generation ${hold.since.generation} would ${deedWords(hold)}; waiting for a second generation that says the same`;
}

function deedWords(hold: Hold): string {
  const { key, kind, of, before, bytes } = hold;
  switch (kind) {
    case 'keys-deleted':
      return `delete ${key}`;
    case 'keys-emptied':
      return `empty ${key}`;
    case 'keys-shrunk':
      return `shrink ${key} from ${bytes?.from} to ${bytes?.to} bytes`;
    case 'deletes-many':
    case 'empties':
      return `${takenWords(hold)} of ${of} files below ${key}${before === 0 ? '' : `, after ${before} more within the last minute`}`;
  }
}

function takenWords({ paths, emptied }: Hold): string {
  const deleted = paths.size - emptied;
  if (emptied === 0) return `delete ${deleted}`;
  return deleted === 0 ? `empty ${emptied}` : `delete ${deleted} and empty ${emptied}`;
}
