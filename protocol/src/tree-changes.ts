import { type DirectoryNode, emptyDirectory, type FileEntry, sameFile, withFiles } from './directory-node.ts';
import { type FileTree, fileTree, joinPath, splitPath } from './file-tree.ts';

/** What must be done to make one tree of another. Paths are sorted. */
export interface TreeChanges {
  readonly put: readonly { readonly path: string; readonly entry: FileEntry }[];
  readonly remove: readonly string[];
  readonly makeDirectories: readonly string[];
  /** Deepest first. */
  readonly removeDirectories: readonly string[];
}

/** Exactly what makes `to` of `from`, whatever either holds. Costs the directories plus the shards that differ. */
export function exactChanges(from: FileTree, to: FileTree): TreeChanges {
  const put: { path: string; entry: FileEntry }[] = [];
  const remove: string[] = [];
  const makeDirectories: string[] = [];
  const removeDirectories: string[] = [];
  for (const [directory, node] of to.directories) {
    const before = from.directories.get(directory);
    if (before === undefined) makeDirectories.push(directory);
    if (before?.digest !== node.digest) diffDirectory(directory, before ?? emptyDirectory, node, put, remove);
  }
  for (const [directory, node] of from.directories) {
    if (to.directories.has(directory)) continue;
    for (const name of node.files.keys()) remove.push(joinPath(directory, name));
    removeDirectories.push(directory);
  }
  return {
    put: put.sort((a, b) => (a.path < b.path ? -1 : 1)),
    remove: remove.sort(),
    makeDirectories: makeDirectories.sort(),
    // A parent is a prefix of its children, so it sorts before them.
    removeDirectories: removeDirectories.sort().reverse(),
  };
}

function diffDirectory(
  directory: string,
  from: DirectoryNode,
  to: DirectoryNode,
  put: { path: string; entry: FileEntry }[],
  remove: string[],
): void {
  const sharded = from.shards.length === to.shards.length;
  const pairs = sharded ? to.shards.map((shard, at) => [from.shards[at]!, shard] as const) : [[from, to] as const];
  for (const [before, after] of pairs) {
    if (before.digest === after.digest && sharded) continue;
    for (const [name, entry] of after.files) {
      if (!sameFile(before.files.get(name), entry)) put.push({ path: joinPath(directory, name), entry });
    }
    for (const name of before.files.keys()) if (!after.files.has(name)) remove.push(joinPath(directory, name));
  }
}

/**
 * What a node that has `from` must do to have `to`: `exactChanges`, save that what `to` holds back is
 * left as it is, and that a directory with anything held in or below it, by either, is not removed.
 */
export function diffTrees(from: FileTree, to: FileTree): TreeChanges {
  const changes = exactChanges(from, to);
  if (to.held.size + from.held.size === 0) return changes;
  const needed = new Set([...to.held, ...from.held].flatMap(directoriesAbove));
  return {
    put: changes.put.filter(({ path }) => !to.held.has(path)),
    remove: changes.remove.filter((path) => !to.held.has(path)),
    makeDirectories: changes.makeDirectories,
    removeDirectories: changes.removeDirectories.filter((directory) => !needed.has(directory)),
  };
}

/** `a/b/c` -> `a/b`, `a`; and `a/b/c` itself, which may be a directory. */
function directoriesAbove(path: string): readonly string[] {
  const above = [path];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) above.push(path.slice(0, at));
  return above;
}

export const isUnchanged = (changes: TreeChanges): boolean =>
  changes.put.length + changes.remove.length + changes.makeDirectories.length + changes.removeDirectories.length === 0;

/**
 * The tree that `changes` makes of `tree`, with `held` as its held paths (no file of the tree is at
 * one: it is dropped). Untouched directories are shared. Undoes nothing of `diffTrees`:
 * `applyChanges(from, exactChanges(from, to), to.held)` is `to`.
 */
export function applyChanges(tree: FileTree, changes: TreeChanges, held: Iterable<string>): FileTree {
  const directories = new Map(tree.directories);
  const edits = new Map<string, Map<string, FileEntry | undefined>>();
  const edit = (path: string, entry: FileEntry | undefined): void => {
    const [directory, name] = splitPath(path);
    const names = edits.get(directory) ?? new Map<string, FileEntry | undefined>();
    edits.set(directory, names.set(name, entry));
  };
  const heldSet = new Set(held);
  for (const directory of changes.makeDirectories)
    if (!directories.has(directory)) directories.set(directory, emptyDirectory);
  for (const path of changes.remove) edit(path, undefined);
  for (const { path, entry } of changes.put) edit(path, entry);
  for (const path of heldSet)
    if (directories.get(splitPath(path)[0])?.files.has(splitPath(path)[1])) edit(path, undefined);
  for (const [directory, names] of edits) directories.set(directory, withFiles(directories.get(directory), names));
  for (const directory of changes.removeDirectories) directories.delete(directory);
  return fileTree(directories, heldSet);
}
