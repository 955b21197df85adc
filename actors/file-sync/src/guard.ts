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

export type HoldKind = 'deletes-many' | 'empties' | 'keys-deleted' | 'keys-emptied';

/** Deletions of one class that are beyond the limit. */
export interface Suspect {
  /** The class, or `etc/client.keys`. */
  readonly key: string;
  readonly kind: HoldKind;
  readonly paths: ReadonlySet<string>;
  /** Files of the class on this node. */
  readonly of: number;
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

/** The class of what lies in `directory`: the longest configured directory above it; the directory itself without one. */
export function classOf(directory: string, classes: readonly string[]): string {
  let best: string | undefined;
  for (const name of classes) {
    const above = directory === name || directory.startsWith(`${name}/`);
    if (above && (best === undefined || name.length > best.length)) best = name;
  }
  return best ?? directory;
}

/**
 * The deletions of `changes` that are beyond the limits, class by class. Files deleted a short while ago
 * (`recent`, by class) count as if they went now: a tree that empties bit by bit empties too.
 */
export function suspectsOf(
  local: FileTree,
  changes: TreeChanges,
  limits: GuardLimits,
  recent: ReadonlyMap<string, number> = new Map(),
): readonly Suspect[] {
  if (changes.remove.length === 0 && changes.put.every(({ entry }) => entry.size > 0)) return [];
  const keys = keysSuspect(local, changes);
  return [...(keys === undefined ? [] : [keys]), ...classSuspects(local, changes, limits, recent)];
}

function keysSuspect(local: FileTree, changes: TreeChanges): Suspect | undefined {
  if ((entryAt(local, clientKeysPath)?.size ?? 0) === 0) return undefined;
  const base = { key: clientKeysPath, paths: new Set([clientKeysPath]), of: 1 };
  if (changes.remove.includes(clientKeysPath)) return { ...base, kind: 'keys-deleted' };
  const emptied = changes.put.some(({ path, entry }) => path === clientKeysPath && entry.size === 0);
  return emptied ? { ...base, kind: 'keys-emptied' } : undefined;
}

function classSuspects(
  local: FileTree,
  changes: TreeChanges,
  limits: GuardLimits,
  recent: ReadonlyMap<string, number>,
): Suspect[] {
  const removals = new Map<string, Set<string>>();
  for (const path of changes.remove) {
    const key = classOf(splitPath(path)[0], limits.classes);
    removals.set(key, (removals.get(key) ?? new Set()).add(path));
  }
  if (removals.size === 0) return [];
  const sizes = classSizes(local, limits.classes);
  const added = addedByClass(local, changes, limits.classes);
  return [...removals].flatMap(([key, paths]): Suspect[] => {
    const of = sizes.get(key) ?? paths.size;
    const empties = of - paths.size + (added.get(key) ?? 0) === 0 && of >= emptiedFiles;
    const before = recent.get(key) ?? 0;
    const gone = paths.size + before;
    const many = gone * 100 > limits.percent * (of + before) && gone >= limits.files;
    return empties || many ? [{ key, kind: empties ? 'empties' : 'deletes-many', paths, of }] : [];
  });
}

function classSizes(local: FileTree, classes: readonly string[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [directory, node] of local.directories) {
    const key = classOf(directory, classes);
    sizes.set(key, (sizes.get(key) ?? 0) + node.files.size);
  }
  return sizes;
}

function addedByClass(local: FileTree, changes: TreeChanges, classes: readonly string[]): ReadonlyMap<string, number> {
  const added = new Map<string, number>();
  for (const { path } of changes.put) {
    const key = classOf(splitPath(path)[0], classes);
    if (entryAt(local, path) === undefined) added.set(key, (added.get(key) ?? 0) + 1);
  }
  return added;
}

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
  const same = before !== undefined && [...suspect.paths].every((path) => before.paths.has(path));
  if (!same || compareGenerations(id, before.since) < 0) return { ...suspect, since: id, heldAt: at, lastSaid: id };
  if (before.confirmedBy !== undefined || compareGenerations(id, before.lastSaid) <= 0) return before;
  return at - before.heldAt >= confirmAfterMs ? { ...before, confirmedBy: id } : { ...before, lastSaid: id };
}

/** The holds that still wait for a second generation. */
export const waitingHolds = (holds: Holds): readonly Hold[] =>
  [...holds.values()].filter(({ confirmedBy }) => confirmedBy === undefined);

/** What of `changes` may be done at once: all but the deletions of the classes that wait. */
export function allowedChanges(changes: TreeChanges, holds: Holds, classes: readonly string[]): TreeChanges {
  const waiting = new Set(waitingHolds(holds).map(({ key }) => key));
  if (waiting.size === 0) return changes;
  const keysWait = waiting.has(clientKeysPath);
  return {
    put: changes.put.filter(({ path }) => !(keysWait && path === clientKeysPath)),
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
export function holdWords({ key, kind, paths, of, since }: Hold): string {
  const subject = `The master's generation ${since.generation} would`;
  const waits = 'waiting for a second generation that says the same';
  switch (kind) {
    case 'keys-deleted':
      return `${subject} delete ${key}; ${waits}`;
    case 'keys-emptied':
      return `${subject} empty ${key}; ${waits}`;
    case 'deletes-many':
    case 'empties':
      return `${subject} delete ${paths.size} of ${of} files below ${key}; ${waits}`;
  }
}
