/** What parent and child of the kill test agree on: 1,000 files in each of two versions, a third of them only in one. */
import { createHash } from 'node:crypto';
import { directoryNode, type FileEntry, type FileTree, fileTree } from '@muster/protocol';
import type { ContentSource, TableEntry } from '../src/index.ts';

export const killTable: readonly TableEntry[] = [
  { directory: 'etc/rules', mode: 0o660, files: 'all', recursive: true, removeEmptyDirectories: false },
];

export const contentOf = (version: number, index: number): Buffer =>
  Buffer.alloc(200 + ((index * 37) % 9_000), `version ${version % 2} file ${index};`);
const digestOf = (bytes: Buffer): string => createHash('blake2b512').update(bytes).digest('hex');
const nameOf = (version: number, index: number): string =>
  index % 3 === 0 ? `only-${version % 2}-${index}` : `both-${index}`;

/** The files of `version`, by path: 1,000 in 20 directories. */
export function filesOf(version: number): ReadonlyMap<string, { readonly entry: FileEntry; readonly bytes: Buffer }> {
  return new Map(
    Array.from({ length: 1_000 }, (_, index) => {
      const bytes = contentOf(version, index);
      return [
        `etc/rules/d${index % 20}/${nameOf(version, index)}`,
        { entry: { size: bytes.length, digest: digestOf(bytes) }, bytes },
      ];
    }),
  );
}

export function target(version: number): FileTree {
  const directories = new Map<string, Map<string, FileEntry>>();
  for (const [path, { entry }] of filesOf(version)) {
    const at = path.lastIndexOf('/');
    const files = directories.get(path.slice(0, at)) ?? new Map<string, FileEntry>();
    directories.set(path.slice(0, at), files.set(path.slice(at + 1), entry));
  }
  return fileTree(new Map([...directories].map(([path, files]) => [path, directoryNode(files)])));
}

export function sourceOf(version: number): ContentSource {
  const byDigest = new Map([...filesOf(version).values()].map(({ entry, bytes }) => [entry.digest, bytes]));
  return {
    fetch: async (wanted, sink) => {
      for (const [index, { digest }] of wanted.entries()) {
        sink.begin(index);
        await sink.write(byDigest.get(digest)!);
      }
    },
  };
}
