/** Frames made to be large in memory: what decoding one allocates stays within 8 times its length. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decodeEnvelope, decodeManifestBlock, MAX_FRAME, MAX_MANIFEST_BLOCK } from '@muster/protocol';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
/** The young generation alone: what many other tests have left in the old one would take seconds each time. */
const collect = (): void => gc({ type: 'minor' });

const fill = (head: string, item: string, most: number): Uint8Array => {
  const start = Buffer.from(head.replaceAll(' ', ''), 'hex');
  const one = Buffer.from(item, 'hex');
  const count = Math.floor((most - start.length) / one.length);
  const bytes = Buffer.concat([start, Buffer.alloc(4), ...Array.from({ length: count }, () => one)]);
  bytes.writeUInt32BE(count, start.length);
  return bytes;
};

// { kind: 'tell', to: 'file-sync', message: [ … ] } and the like: an array of 32-bit length filled with one item.
const tell = '83 a46b696e64 a474656c6c a2746f a966696c652d73796e63 a76d657373616765 dd';
const items: readonly (readonly [string, string])[] = [
  ['empty maps', '80'],
  ['maps of one field', '81a474797065a0'],
  ['empty arrays', '90'],
  ['arrays of one', '9100'],
  ['empty strings', 'a0'],
  ['strings of one', 'a161'],
  ['strings of 4 bytes of UTF-8', 'a4f09f9880'],
  ['strings of 12 bytes of UTF-8', `ac${'f09f9880'.repeat(3)}`],
  ['strings of 24 bytes of UTF-8', `b8${'c3bc'.repeat(12)}`],
  ['strings of 64 bytes of UTF-8', `d940${'c3bc'.repeat(32)}`],
  ['strings of 90 bytes of UTF-8', `d95a${'e282ac'.repeat(30)}`],
  ['strings of 40', `d928${'61'.repeat(40)}`],
  ['empty binaries', 'c400'],
  ['binaries of one', 'c40100'],
  ['digests', `c440${'00'.repeat(64)}`],
  ['doubles', 'cb3ff8000000000000'],
  ['small integers', '01'],
  ['nil', 'c0'],
  ['arrays of 4 G', 'ddffffffff'],
  ['records', 'd4724091a161'],
];

/**
 * Bytes that one decoding of `bytes` allocates, garbage included: many runs between two collections of
 * the young generation would be collected, so runs are few and the heap is read at once.
 */
function allocated(decode: () => unknown): number {
  for (let i = 0; i < 3; i++) decode();
  collect();
  const before = process.memoryUsage();
  const kept = decode();
  const after = process.memoryUsage();
  if (kept === undefined) throw new Error('nothing decoded');
  return after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
}

/** Tried again when it was too much, for what V8 compiles or the runner does in between allocates too; what decoding takes comes every time. */
function within(most: number, decode: () => unknown): boolean {
  for (let i = 0; i < 20; i++) {
    if (allocated(decode) < most) return true;
  }
  return false;
}

describe('a hostile frame is decoded within 8 times its length', () => {
  const sizes = [4_096, 40_000, MAX_FRAME - 100];
  it.each(items.flatMap(([name, item]) => sizes.map((size) => [name, size, item] as const)))(
    '%s, %d bytes',
    (_name, size, item) => {
      const bytes = fill(tell, item, size);
      expect(within(8 * bytes.length + 4_096, () => decodeEnvelope(bytes, 'master'))).toBe(true);
    },
  );

  it.each(items)('a manifest block of %s', (_name, item) => {
    const bytes = fill('dd', item, MAX_MANIFEST_BLOCK - 100);
    expect(within(8 * bytes.length + 4_096, () => decodeManifestBlock(bytes))).toBe(true);
  });
});
