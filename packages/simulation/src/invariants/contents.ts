/** Contents by digest: BLAKE2b-512, as the wire names them. */
import { createHash } from 'node:crypto';

const digests = new WeakMap<Uint8Array, string>();

/** Hex. Remembered for each array of bytes, for none is ever changed. */
export function digestOf(bytes: Uint8Array): string {
  const known = digests.get(bytes);
  if (known !== undefined) return known;
  const digest = createHash('blake2b512').update(bytes).digest('hex');
  digests.set(bytes, digest);
  return digest;
}

/** For people: enough to tell two contents apart. */
export const short = (content: Content | undefined): string =>
  content === undefined ? 'nothing' : `${content.digest.slice(0, 8)} (${content.size} bytes)`;

/** A file's content. */
export interface Content {
  readonly digest: string;
  readonly size: number;
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;
