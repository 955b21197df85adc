/** Changes between two generations as the master announces them. */
import { Buffer } from 'node:buffer';
import type { Delta } from './catalogue/index.ts';
import { digestBytes, digestHex } from './digest-bytes.ts';
import type { GenerationId } from './ids.ts';
import { MAX_DELTA_BYTES, MAX_DELTA_ROWS } from './limits.ts';
import type { TreeChanges } from './tree-changes.ts';

// What a row's marks, size and digest take on the wire, at most.
const ROW_BYTES = 85;

/**
 * `changes` (as `exactChanges` finds them) that made of the tree of `base` one with `held`, as they are announced;
 * undefined when that is too much for one message.
 */
export function deltaOf(changes: TreeChanges, held: ReadonlySet<string>, base: GenerationId): Delta | undefined {
  const { put, remove, makeDirectories, removeDirectories } = changes;
  const paths = [...put.map(({ path }) => path), ...remove, ...makeDirectories, ...removeDirectories, ...held];
  if (paths.length > MAX_DELTA_ROWS) return undefined;
  if (paths.reduce((sum, path) => sum + Buffer.byteLength(path) + ROW_BYTES, 0) > MAX_DELTA_BYTES) return undefined;
  return {
    base,
    put: put.map(({ path, entry }) => [path, entry.size, digestBytes(entry.digest)]),
    remove: [...remove],
    makeDirectories: [...makeDirectories],
    removeDirectories: [...removeDirectories],
    held: [...held],
  };
}

/** For `applyChanges` on the tree of `delta.base`, with `delta.held`. Compare the root with the announced one afterwards. */
export const changesOf = (delta: Delta): TreeChanges => ({
  put: delta.put.map(([path, size, digest]) => ({ path, entry: { size, digest: digestHex(digest) } })),
  remove: delta.remove,
  makeDirectories: delta.makeDirectories,
  removeDirectories: delta.removeDirectories,
});
