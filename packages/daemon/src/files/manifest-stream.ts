/** How the list of a generation's files crosses a link. */
import { type FileTree, type GenerationId, manifestBlocks, manifestDecoder } from '@muster/protocol';
import type { Platform } from '../platform.ts';
import type { ByteStream, OpenStream } from './content-stream.ts';

/** Resolves in a later turn of the event loop, so that heartbeats get theirs. */
export type NextTurn = () => Promise<void>;

export const nextTurnOf =
  ({ defer }: Pick<Platform, 'defer'>): NextTurn =>
  () =>
    new Promise(defer);

/**
 * Writes the manifest of `tree`, a block a turn: those of several workers at once would else stop the
 * event loop until the last is packed. Rejects when the stream was aborted.
 */
export async function sendManifest(
  tree: FileTree,
  id: GenerationId,
  stream: ByteStream,
  nextTurn: NextTurn,
): Promise<void> {
  for (const block of manifestBlocks(tree, id)) {
    await stream.write(block);
    await nextTurn();
  }
}

/**
 * Asks the master for the manifest of `id`. Directories equal to those of `before` are shared with it.
 * Rejects when the link broke, the master no longer has it, or it is not well-formed.
 */
export async function fetchManifest(
  open: OpenStream,
  id: GenerationId,
  before: FileTree | undefined,
  signal: AbortSignal,
  nextTurn: NextTurn,
): Promise<FileTree> {
  const decoder = manifestDecoder(before);
  for await (const piece of open({ type: 'get-manifest', id }, signal)) {
    const violation = decoder.push(piece);
    if (violation !== undefined) throw new Error(`the master's manifest is not well-formed: ${violation.text}`);
    await nextTurn();
  }
  const end = decoder.end();
  if (!end.ok) throw new Error(`the master's manifest is not whole: ${end.violation.text}`);
  return end.manifest.tree;
}
