/** Arbitrary trees, small enough that two of them have much in common. */
import { directoryNode, type FileEntry, type FileTree, fileTree, splitPath } from '@muster/protocol';
import fc from 'fast-check';

const entry: fc.Arbitrary<FileEntry> = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom('a', 'b'))
  .map(([size, digit]) => ({ size, digest: digit.repeat(128) }));

const directoryNames = ['etc', 'etc/rules', 'etc/rules/sub', 'etc/shared', 'etc/rules!', 'var/größe'];
const name = fc.constantFrom('a.xml', 'b.xml', 'ü', 'c', 'agent.conf', '\uffff', '😀');

/** Files and held paths never share a path. */
export const tree: fc.Arbitrary<FileTree> = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...directoryNames), fc.dictionary(name, entry)),
    fc.array(
      fc.tuple(fc.constantFrom(...directoryNames), name).map((parts) => parts.join('/')),
      { maxLength: 3 },
    ),
  )
  .map(([directories, held]) => treeOf(directories, held));

/** A tree from plain records. Files at held paths are left out, as a scan does. */
export function treeOf(
  directories: Readonly<Record<string, Readonly<Record<string, FileEntry>>>>,
  held: readonly string[] = [],
): FileTree {
  const nodes = Object.entries(directories).map(([directory, files]) => {
    const free = Object.entries(files).filter(([name]) => !held.includes(`${directory}/${name}`));
    return [directory, directoryNode(new Map(free))] as const;
  });
  return fileTree(new Map(nodes), held);
}

export const file = (seed: string, size = 1): FileEntry => ({ size, digest: seed.repeat(128).slice(0, 128) });

/** Every file of a tree as a plain record. */
export const plain = (tree: FileTree): Readonly<Record<string, FileEntry>> =>
  Object.fromEntries(
    [...tree.directories].flatMap(([directory, { files }]) =>
      [...files].map(([name, entry]) => [`${directory}/${name}`, entry] as const),
    ),
  );

export const parentOf = (path: string): string => splitPath(path)[0];
