/** What a worker asks of the master's file-sync actor. Both are answered by streams of bytes. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_DIGESTS } from '../limits.ts';
import { Digest, Fields, Generation } from './parts.ts';

/** A worker asks for the whole manifest of the current generation. Answered by a stream of manifest blocks. */
export const GetManifest = Fields({ type: Type.Literal('get-manifest'), id: Generation });
export type GetManifest = Static<typeof GetManifest>;

/**
 * A worker asks for content by digest, at most 1,000 in one stream. Answered by a stream: for each
 * digest, in order, one status byte (0 follows, 1 not here), the size as u64 big endian, the bytes.
 */
export const GetContent = Fields({
  type: Type.Literal('get-content'),
  digests: Type.Array(Digest, { minItems: 1, maxItems: MAX_DIGESTS }),
});
export type GetContent = Static<typeof GetContent>;
