/** What this worker deleted a short while ago, by class, so that the guard sees a tree that empties bit by bit. Pure. */
import type { FileTree, TreeChanges } from '@muster/protocol';
import { addedBy, byClass, classSizes, emptiedBy } from './classes.ts';
import type { GuardLimits, Holds } from './guard.ts';

/** What a replication takes away, truncation included, and which newcomers it brings. */
export interface Turnover {
  readonly gone: readonly string[];
  readonly came: readonly string[];
}

interface Batch {
  readonly at: number;
  /** By class: deleted then, and there for the window before it. No path is in two batches of one window. */
  readonly counted: ReadonlyMap<string, ReadonlySet<string>>;
  /** All that came or went then: whatever happens to it within the window counts no more. */
  readonly seen: ReadonlySet<string>;
}

/** Oldest first. */
export type Deletions = readonly Batch[];

/** Longer than a large tree takes to be removed; a deletion held by mistake costs one confirmation. */
export const deletionWindowMs = 60_000;

/**
 * What `changes` take and bring. Files that make up most of their class are no newcomers: a worker that was
 * just filled is guarded like any other. Fewer than `files` at a time always are.
 */
export function turnoverOf(local: FileTree, changes: TreeChanges, { classes, files }: GuardLimits): Turnover {
  const gone = [...changes.remove, ...emptiedBy(local, changes)];
  // A node that is being filled: its newcomers need not be told apart, file by file.
  if (changes.put.length > local.files + files) return { gone, came: [] };
  const sizes = classSizes(local, classes);
  const added = [...byClass(addedBy(local, changes), classes)];
  const few = ([key, { size }]: (typeof added)[number]): boolean => size < files || size * 2 <= (sizes.get(key) ?? 0);
  return { gone, came: added.filter(few).flatMap(([, paths]) => [...paths]) };
}

/**
 * `deletions` with what came and went just now. A path counts once within the window, and not at all when it
 * came within it: it was not there a minute ago. What two generations said is not held against the next.
 */
export function noteDeletions(
  deletions: Deletions,
  { gone, came }: Turnover,
  classes: readonly string[],
  holds: Holds,
  now: number,
): Deletions {
  if (gone.length === 0 && came.length === 0) return deletions;
  const meant = new Set([...byClass(gone, classes).keys()].filter((key) => holds.get(key)?.confirmedBy !== undefined));
  const before = recentDeletions(deletions, now).map((batch) => withoutClasses(batch, meant));
  const fresh = gone.filter((path) => !before.some(({ seen }) => seen.has(path)));
  const batch = { at: now, counted: byClass(fresh, classes), seen: new Set([...gone, ...came]) };
  return [...before, withoutClasses(batch, meant)];
}

const withoutClasses = (batch: Batch, keys: ReadonlySet<string>): Batch =>
  keys.size === 0 ? batch : { ...batch, counted: new Map([...batch.counted].filter(([key]) => !keys.has(key))) };

/** Those within the window; the same object when that is all of them. */
export function recentDeletions(deletions: Deletions, now: number): Deletions {
  const recent = deletions.filter(({ at }) => now - at < deletionWindowMs);
  return recent.length === deletions.length ? deletions : recent;
}

/** Paths of class `key` that were deleted within the window. */
export const deletedOf = (deletions: Deletions, key: string): readonly string[] =>
  deletions.flatMap(({ counted }) => [...(counted.get(key) ?? [])]);
