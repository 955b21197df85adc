/** What the master's integrity actor and the workers say about generations. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_DELTA_ROWS } from '../limits.ts';
import { Count, Digest, Fields, Generation, HeldPath, Path } from './parts.ts';

/** `[path, size, digest]`: positional, for there may be thousands. */
export const FileRow = Type.Tuple([Path, Count, Digest]);
export type FileRow = Static<typeof FileRow>;

const rows = { maxItems: MAX_DELTA_ROWS };

/** What changed since `base`. Only sent when `deltaOf` says that it fits. */
export const Delta = Fields({
  base: Generation,
  put: Type.Array(FileRow, rows),
  remove: Type.Array(Path, rows),
  makeDirectories: Type.Array(Path, rows),
  removeDirectories: Type.Array(Path, rows),
  /** All held paths of the new generation, not only what changed. */
  held: Type.Array(HeldPath, rows),
});
export type Delta = Static<typeof Delta>;

/** The master has a new generation. With `delta`, a worker that holds its base needs no manifest. */
export const GenerationAnnounced = Fields({
  type: Type.Literal('generation'),
  id: Generation,
  /** `FileTree.root`, raw. */
  root: Digest,
  files: Count,
  bytes: Count,
  delta: Type.Optional(Delta),
});
export type GenerationAnnounced = Static<typeof GenerationAnnounced>;

/** A worker's guard holds `id` back and asks the master to look again and say the same once more. */
export const ConfirmGeneration = Fields({ type: Type.Literal('confirm-generation'), id: Generation });
export type ConfirmGeneration = Static<typeof ConfirmGeneration>;
