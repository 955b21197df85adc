/** What this worker deleted a short while ago, by class, so that the guard sees a tree that empties bit by bit. Pure. */
import { splitPath } from '@muster/protocol';
import { classOf, type Holds } from './guard.ts';

interface Deleted {
  readonly at: number;
  readonly count: number;
}

export type Deletions = ReadonlyMap<string, readonly Deleted[]>;

/** Longer than a large tree takes to be removed; a deletion held by mistake costs one confirmation. */
export const deletionWindowMs = 60_000;

/** `deletions` with `paths`, deleted just now. What two generations said is not held against the next. */
export function noteDeletions(
  deletions: Deletions,
  paths: readonly string[],
  classes: readonly string[],
  holds: Holds,
  now: number,
): Deletions {
  if (paths.length === 0) return deletions;
  const counts = new Map<string, number>();
  for (const path of paths) {
    const key = classOf(splitPath(path)[0], classes);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const next = new Map(deletions);
  for (const [key, count] of counts) {
    if (holds.get(key)?.confirmedBy !== undefined) next.delete(key);
    else next.set(key, [...within(next.get(key) ?? [], now), { at: now, count }]);
  }
  return next;
}

/** How many files of each class were deleted within the window. */
export const recentDeletions = (deletions: Deletions, now: number): ReadonlyMap<string, number> =>
  new Map([...deletions].map(([key, all]) => [key, within(all, now).reduce((sum, { count }) => sum + count, 0)]));

const within = (all: readonly Deleted[], now: number): readonly Deleted[] =>
  all.filter(({ at }) => now - at < deletionWindowMs);
