/** Between trees in memory and the announcement of a generation on the wire. Pure. */
import {
  applyChanges,
  changesOf,
  compareGenerations,
  deltaOf,
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

/** What a worker is told. The changes ride along when they are few and small; a worker without their base asks for all. */
export function announcementOf({ id, tree, since }: Generation, withDelta: boolean): GenerationAnnounced {
  const plain = { type: 'generation', id, root: digestBytes(tree.root), files: tree.files, bytes: tree.bytes } as const;
  const delta = withDelta && since !== undefined ? deltaOf(since.changes, tree.held, since.base) : undefined;
  return delta === undefined ? plain : { ...plain, delta };
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
