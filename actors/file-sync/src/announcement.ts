/** Between trees in memory and the announcement of a generation on the wire. Pure. */
import {
  applyChanges,
  changesOf,
  compareGenerations,
  digestBytes,
  digestHex,
  type FileTree,
  type GenerationAnnounced,
  type GenerationId,
  type TreeChanges,
} from '@muster/protocol';

/** One published state of the master's tree. */
export interface Generation {
  readonly id: GenerationId;
  readonly tree: FileTree;
  /** What made it of the generation before it, held paths set aside. Absent for the first of an epoch. */
  readonly since?: { readonly base: GenerationId; readonly changes: TreeChanges };
}

/** Above this many rows a manifest is cheaper to check than a list of changes; also the schema's bound. */
export const maxDeltaRows = 500;
/** Below half of a frame (256 KiB), so that the announcement always fits one whatever the encoding adds. */
export const maxDeltaBytes = 120 * 1024;

/** The digest, a size, and what msgpack puts around a row. */
const rowBytes = 64 + 9 + 8;
const pathBytes = 5;

/** Encoded size of a delta's rows, bytes, rounded up. */
export function deltaBytes(changes: TreeChanges, held: ReadonlySet<string>): number {
  const paths = [...changes.remove, ...changes.makeDirectories, ...changes.removeDirectories, ...held];
  const plain = paths.reduce((sum, path) => sum + Buffer.byteLength(path) + pathBytes, 0);
  return changes.put.reduce((sum, { path }) => sum + Buffer.byteLength(path) + pathBytes + rowBytes, plain);
}

function fits(changes: TreeChanges, held: ReadonlySet<string>): boolean {
  const { put, remove, makeDirectories, removeDirectories } = changes;
  const rows = put.length + remove.length + makeDirectories.length + removeDirectories.length + held.size;
  return rows <= maxDeltaRows && deltaBytes(changes, held) <= maxDeltaBytes;
}

/** What a worker is told. The changes ride along when they are few and small; a worker without their base asks for all. */
export function announcementOf({ id, tree, since }: Generation, withDelta: boolean): GenerationAnnounced {
  const plain = { type: 'generation', id, root: digestBytes(tree.root), files: tree.files, bytes: tree.bytes } as const;
  if (!withDelta || since === undefined || !fits(since.changes, tree.held)) return plain;
  const { put, remove, makeDirectories, removeDirectories } = since.changes;
  return {
    ...plain,
    delta: {
      base: since.base,
      put: put.map(({ path, entry }) => [path, entry.size, digestBytes(entry.digest)]),
      remove: [...remove],
      makeDirectories: [...makeDirectories],
      removeDirectories: [...removeDirectories],
      held: [...tree.held],
    },
  };
}

/** A tree that is known to be a generation's. */
export interface KnownTree {
  readonly id: GenerationId;
  readonly tree: FileTree;
}

/**
 * The announced tree, when it follows from what is known: `target` (the newest generation known) and
 * `local` (this node's own files). Undefined: the manifest has to be fetched.
 */
export function treeOf(
  announced: GenerationAnnounced,
  target: KnownTree | undefined,
  local: FileTree | undefined,
): FileTree | undefined {
  const root = digestHex(announced.root);
  if (target?.tree.root === root) return target.tree;
  if (local?.root === root) return local;
  const { delta } = announced;
  if (delta === undefined || target === undefined || compareGenerations(delta.base, target.id) !== 0) return undefined;
  const tree = applyChanges(target.tree, changesOf(delta), delta.held);
  return tree.root === root ? tree : undefined;
}
