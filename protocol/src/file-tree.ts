import { type DirectoryNode, digestOf, type FileEntry } from './directory-node.ts';

/**
 * The synchronised files of a node, as a Merkle tree: directory, shard, file.
 *
 * A directory that was not touched is shared, by reference, with the tree before, so that a change
 * costs what changed and not what is there. A directory without files stands for an empty one.
 */
export interface FileTree {
  /** By path relative to R, without slashes at either end: `etc/rules`. */
  readonly directories: ReadonlyMap<string, DirectoryNode>;
  /**
   * Paths that exist but cannot be synchronised (too large, a name that is not UTF-8, …): neither sent
   * nor deleted. Sorted. None of them is among the files.
   */
  readonly held: ReadonlySet<string>;
  /** BLAKE2b-512 over directories and held paths, hex. Equal roots hold equal files. */
  readonly root: string;
  readonly files: number;
  readonly bytes: number;
}

/** What people are shown of a tree: its files may be 100,000. */
export const treeFigures = ({ root, files, bytes }: FileTree): Pick<FileTree, 'root' | 'files' | 'bytes'> => ({
  root,
  files,
  bytes,
});

/** Sorts by UTF-16 units, like every order here: the same on every machine. */
const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;

/** Builds the tree of `directories`; nodes are taken as they are, not copied. Costs the number of directories. */
export function fileTree(directories: ReadonlyMap<string, DirectoryNode>, held: Iterable<string> = []): FileTree {
  const heldSet = new Set([...held].sort());
  let rows = '';
  let files = 0;
  let bytes = 0;
  for (const path of [...directories.keys()].sort()) {
    const node = directories.get(path)!;
    rows += `${path}\0${node.digest}\0`;
    files += node.files.size;
    bytes += node.bytes;
  }
  rows += '\0';
  for (const path of heldSet) rows += `${path}\0`;
  return { directories, held: heldSet, root: digestOf(rows), files, bytes };
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

/** Every file with its path: directories sorted, names sorted within each. */
export function* entriesOf(tree: FileTree): Generator<readonly [path: string, entry: FileEntry]> {
  for (const [directory, node] of [...tree.directories].sort(byName)) {
    for (const [name, entry] of [...node.files].sort(byName)) yield [joinPath(directory, name), entry];
  }
}
