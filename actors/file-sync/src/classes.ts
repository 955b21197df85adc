/** Classes of files, what a change takes from them and what it brings. Pure. */
import { entryAt, type FileTree, splitPath, type TreeChanges } from '@muster/protocol';

/** The class of what lies in `directory`: the longest configured directory above it; the directory itself without one. */
export function classOf(directory: string, classes: readonly string[]): string {
  let best: string | undefined;
  for (const name of classes) {
    const above = directory === name || directory.startsWith(`${name}/`);
    if (above && (best === undefined || name.length > best.length)) best = name;
  }
  return best ?? directory;
}

/** `paths` by class, each path once. */
export function byClass(paths: Iterable<string>, classes: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const sets = new Map<string, Set<string>>();
  for (const path of paths) {
    const key = classOf(splitPath(path)[0], classes);
    const set = sets.get(key) ?? new Set();
    sets.set(key, set.add(path));
  }
  return sets;
}

/** Files of each class. */
export function classSizes(local: FileTree, classes: readonly string[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [directory, node] of local.directories) {
    const key = classOf(directory, classes);
    sizes.set(key, (sizes.get(key) ?? 0) + node.files.size);
  }
  return sizes;
}

/** Files that `changes` would leave with 0 bytes, and that have some now. */
export const emptiedBy = (local: FileTree, { put }: TreeChanges): readonly string[] =>
  put.flatMap(({ path, entry }) => (entry.size === 0 && (entryAt(local, path)?.size ?? 0) > 0 ? [path] : []));

/** Files that `changes` would bring, and that are not there now. */
export const addedBy = (local: FileTree, { put }: TreeChanges): readonly string[] =>
  put.flatMap(({ path }) => (entryAt(local, path) === undefined ? [path] : []));
