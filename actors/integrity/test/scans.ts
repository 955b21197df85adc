/** Scan results for tests, out of path and content. */
import { directoryNode, type FileEntry, type FileTree, fileTree, splitPath } from '@muster/protocol';
import type { Problem, ScanResult } from '../src/index.ts';

export function treeOf(files: Readonly<Record<string, string>>, held: readonly string[] = []): FileTree {
  const directories = new Map<string, Map<string, FileEntry>>([['etc/rules', new Map()]]);
  for (const [path, content] of Object.entries(files)) {
    const [directory, name] = splitPath(path);
    const digest = Buffer.from(content).toString('hex').padEnd(128, '0');
    const node = directories.get(directory) ?? new Map<string, FileEntry>();
    directories.set(directory, node.set(name, { size: content.length, digest }));
  }
  return fileTree(new Map([...directories].map(([path, node]) => [path, directoryNode(node)])), held);
}

export const scanOf = (files: Readonly<Record<string, string>>, more: Partial<ScanResult> = {}): ScanResult => ({
  tree: treeOf(files),
  problems: [],
  modeDrift: [],
  leftovers: [],
  directories: ['etc/rules'],
  hashed: 0,
  reused: 0,
  ...more,
});

export const unreadable: Problem = {
  path: 'etc/rules',
  effect: 'blocking',
  code: 'unreadable-directory',
  text: 'the directory cannot be read (EACCES); let the daemon read it',
};
