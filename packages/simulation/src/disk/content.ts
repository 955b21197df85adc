/** What files hold. A content is never changed, so it is shared between files and machines, and digested once. */
import { hash } from 'node:crypto';

export interface Content {
  /** Not to be changed. */
  readonly bytes: Uint8Array;
  /** BLAKE2b-512 in hex, once somebody asked. */
  digest: string | undefined;
}

export const noContent: Content = { bytes: new Uint8Array(0), digest: undefined };

export const digestOf = (content: Content): string => {
  content.digest ??= hash('blake2b512', content.bytes, 'hex');
  return content.digest;
};

/** All contents of a world: equal bytes give the same content. */
export interface Contents {
  /** Copies the bytes, unless it has them already or they may be kept. */
  of(bytes: Uint8Array, keep?: boolean): Content;
}

/** Larger ones are kept by their files alone: here they would stay for the rest of the run. */
const sharedBytes = 256 * 1024;

export function openContents(): Contents {
  const known = new Map<number, Content[]>();
  return {
    of: (bytes, keep = false) => {
      if (bytes.length === 0) return noContent;
      if (bytes.length > sharedBytes) return contentOf(bytes, keep);
      const key = sampled(bytes);
      const alike = known.get(key);
      const same = alike?.find((one) => one.bytes.length === bytes.length && Buffer.compare(one.bytes, bytes) === 0);
      if (same !== undefined) return same;
      const content = contentOf(bytes, keep);
      if (alike === undefined) known.set(key, [content]);
      else alike.push(content);
      return content;
    },
  };
}

const contentOf = (bytes: Uint8Array, keep: boolean): Content => ({
  bytes: keep ? bytes : new Uint8Array(bytes),
  digest: undefined,
});

const sampleBytes = 64;

/** FNV-1a over the length, the first and the last bytes: what differs elsewhere is compared. */
function sampled(bytes: Uint8Array): number {
  let key = Math.imul(0x811c9dc5 ^ bytes.length, 0x01000193);
  const head = Math.min(bytes.length, sampleBytes);
  for (let at = 0; at < head; at++) key = Math.imul(key ^ bytes[at]!, 0x01000193);
  for (let at = Math.max(head, bytes.length - sampleBytes); at < bytes.length; at++)
    key = Math.imul(key ^ bytes[at]!, 0x01000193);
  return key;
}
