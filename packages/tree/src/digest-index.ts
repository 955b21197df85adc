import { type DirectoryNode, type FileTree, joinPath } from '@muster/protocol';

/** Finds a path that holds a digest. Follows the tree: only directories that changed are indexed again. */
export function openDigestIndex(tree: () => FileTree): (digest: string) => string | undefined {
  const paths = new Map<string, readonly [directory: string, name: string]>();
  let last: FileTree | undefined;
  let indexed: ReadonlyMap<string, DirectoryNode> = new Map();
  const refresh = (now: FileTree): void => {
    if (paths.size > 2 * now.files + 1_000) {
      paths.clear();
      indexed = new Map();
    }
    for (const [directory, node] of now.directories) {
      if (indexed.get(directory) === node) continue;
      for (const [name, { digest }] of node.files) paths.set(digest, [directory, name]);
    }
    indexed = now.directories;
    last = now;
  };
  return (digest) => {
    const now = tree();
    if (now !== last) refresh(now);
    const [directory, name] = paths.get(digest) ?? ['', ''];
    if (now.directories.get(directory)?.files.get(name)?.digest === digest) return joinPath(directory, name);
    return search(now, digest);
  };
}

/** The slow way, for one of several files of the same content whose indexed twin is gone. */
function search(tree: FileTree, digest: string): string | undefined {
  for (const [directory, node] of tree.directories) {
    for (const [name, entry] of node.files) if (entry.digest === digest) return joinPath(directory, name);
  }
  return undefined;
}
