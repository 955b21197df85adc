import { createHash } from 'node:crypto';

/** What is known of one file. */
export interface FileEntry {
  /** Bytes. 0 or more. */
  readonly size: number;
  /** BLAKE2b-512 of the content, 128 lower-case hex digits: the reference's own digest (`reference/integrity.md` 1). */
  readonly digest: string;
}

/** One directory: its selected files by base name, and a digest over them. */
export interface DirectoryNode {
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly digest: string;
}

/**
 * The synchronised files of a node, as a Merkle tree of two levels: directory, file.
 *
 * A directory that was not touched is shared, by reference, with the tree before, so that a change
 * costs what changed and not what is there. A directory without files stands for an empty one.
 */
export interface FileTree {
  /** By path relative to R, without slashes at either end: `etc/rules`. */
  readonly directories: ReadonlyMap<string, DirectoryNode>;
  /** Paths that exist but cannot be synchronised (too large, a name that is not UTF-8, …): neither sent nor deleted. */
  readonly held: ReadonlySet<string>;
  /** BLAKE2b-512 over directories and held paths, hex. Equal roots hold equal files. */
  readonly root: string;
  readonly files: number;
  readonly bytes: number;
}

/** What must be done to make one tree of another. Paths are sorted. */
export interface TreeChanges {
  readonly put: readonly { readonly path: string; readonly entry: FileEntry }[];
  readonly remove: readonly string[];
  readonly makeDirectories: readonly string[];
  /** Deepest first. */
  readonly removeDirectories: readonly string[];
}

const digestOf = (lines: Iterable<string>): string => {
  const hash = createHash('blake2b512');
  for (const line of lines) hash.update(line);
  return hash.digest('hex');
};

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;

/** Names may hold any character but NUL and slash, so NUL ends each field. */
export function directoryNode(files: ReadonlyMap<string, FileEntry>): DirectoryNode {
  const rows = [...files].sort(byName).map(([name, { size, digest }]) => `${name}\0${size}\0${digest}\0`);
  return { files: new Map(files), digest: digestOf(rows) };
}

/** Builds the tree of `directories`; nodes are taken as they are, not copied. */
export function fileTree(directories: ReadonlyMap<string, DirectoryNode>, held: Iterable<string> = []): FileTree {
  const heldSet = new Set([...held].sort());
  const rows = [...directories].sort(byName).map(([path, { digest }]) => `${path}\0${digest}\0`);
  let files = 0;
  let bytes = 0;
  for (const node of directories.values()) {
    files += node.files.size;
    for (const entry of node.files.values()) bytes += entry.size;
  }
  const root = digestOf([...rows, '\0', ...[...heldSet].map((path) => `${path}\0`)]);
  return { directories, held: heldSet, root, files, bytes };
}

export const emptyTree: FileTree = fileTree(new Map());

/** `etc/rules/a.xml` -> [`etc/rules`, `a.xml`]. */
export function splitPath(path: string): readonly [directory: string, name: string] {
  const at = path.lastIndexOf('/');
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
}

export const joinPath = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`);

/** The entry at `path`, if the tree has one. */
export function entryAt(tree: FileTree, path: string): FileEntry | undefined {
  const [directory, name] = splitPath(path);
  return tree.directories.get(directory)?.files.get(name);
}

/** Every file with its path, directory by directory, sorted. */
export function* entriesOf(tree: FileTree): Generator<readonly [path: string, entry: FileEntry]> {
  for (const [directory, node] of [...tree.directories].sort(byName)) {
    for (const [name, entry] of [...node.files].sort(byName)) yield [joinPath(directory, name), entry];
  }
}

const sameFile = (a: FileEntry | undefined, b: FileEntry): boolean =>
  a !== undefined && a.size === b.size && a.digest === b.digest;

/** What makes `to` of `from`. Paths that `to` holds back are left alone. Costs the directories plus what changed. */
export function diffTrees(from: FileTree, to: FileTree): TreeChanges {
  const put: { path: string; entry: FileEntry }[] = [];
  const remove: string[] = [];
  const makeDirectories: string[] = [];
  const removeDirectories: string[] = [];
  for (const [directory, node] of to.directories) {
    const before = from.directories.get(directory);
    if (before === undefined) makeDirectories.push(directory);
    if (before === node || before?.digest === node.digest) continue;
    for (const [name, entry] of node.files) {
      const path = joinPath(directory, name);
      if (!sameFile(before?.files.get(name), entry) && !to.held.has(path)) put.push({ path, entry });
    }
    for (const name of before?.files.keys() ?? []) {
      const path = joinPath(directory, name);
      if (!node.files.has(name) && !to.held.has(path)) remove.push(path);
    }
  }
  for (const [directory, node] of from.directories) {
    if (to.directories.has(directory)) continue;
    const kept = [...node.files.keys()].filter((name) => to.held.has(joinPath(directory, name)));
    for (const name of node.files.keys()) if (!kept.includes(name)) remove.push(joinPath(directory, name));
    if (kept.length === 0) removeDirectories.push(directory);
  }
  return {
    put: put.sort((a, b) => (a.path < b.path ? -1 : 1)),
    remove: remove.sort(),
    makeDirectories: makeDirectories.sort(),
    removeDirectories: removeDirectories.sort().reverse(),
  };
}

export const isUnchanged = (changes: TreeChanges): boolean =>
  changes.put.length + changes.remove.length + changes.makeDirectories.length + changes.removeDirectories.length === 0;

/** The tree that `changes` makes of `tree`, with `held` as its held paths. Untouched directories are shared. */
export function applyChanges(tree: FileTree, changes: TreeChanges, held: Iterable<string>): FileTree {
  const directories = new Map(tree.directories);
  const touched = new Map<string, Map<string, FileEntry>>();
  const filesOf = (directory: string): Map<string, FileEntry> => {
    const known = touched.get(directory);
    if (known !== undefined) return known;
    const files = new Map(tree.directories.get(directory)?.files);
    touched.set(directory, files);
    return files;
  };
  for (const directory of changes.makeDirectories) filesOf(directory);
  for (const { path, entry } of changes.put) filesOf(splitPath(path)[0]).set(splitPath(path)[1], entry);
  for (const path of changes.remove) filesOf(splitPath(path)[0]).delete(splitPath(path)[1]);
  for (const [directory, files] of touched) directories.set(directory, directoryNode(files));
  for (const directory of changes.removeDirectories) directories.delete(directory);
  return fileTree(directories, held);
}
