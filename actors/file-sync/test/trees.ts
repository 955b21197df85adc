/** Trees for tests, out of path and content. */
import { directoryNode, entriesOf, type FileEntry, type FileTree, fileTree, splitPath } from '@muster/protocol';
import type { LocalTree } from '../src/plan.ts';

/** By path: a content, or undefined for an empty file. */
export type Files = ReadonlyMap<string, string>;

const hex = (content: string): string => Buffer.from(content).toString('hex').padEnd(128, '0').slice(0, 128);

export const entry = (content: string): FileEntry => ({ size: content.length, digest: hex(content) });

/** `etc/rules` and `etc/lists` are always there, also empty. */
export function treeOf(files: Files, held: readonly string[] = []): FileTree {
  const directories = new Map<string, Map<string, FileEntry>>([
    ['etc/rules', new Map()],
    ['etc/lists', new Map()],
  ]);
  for (const [path, content] of files) {
    const [directory, name] = splitPath(path);
    const node = directories.get(directory) ?? new Map<string, FileEntry>();
    directories.set(directory, node.set(name, entry(content)));
  }
  return fileTree(new Map([...directories].map(([path, node]) => [path, directoryNode(node)])), held);
}

/** `count` files below `directory`: f0, f1, … */
export const many = (directory: string, count: number, content = 'x'): [string, string][] =>
  Array.from({ length: count }, (_, index) => [`${directory}/f${index}`, content]);

export const localOf = (tree: FileTree): LocalTree => ({ tree, modeDrift: [], leftovers: [], problems: [] });

export const pathsOf = (tree: FileTree): readonly string[] => [...entriesOf(tree)].map(([path]) => path);
