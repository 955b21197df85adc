/** Keys as bytes, and bytes as names of a map. */
import { Buffer } from 'node:buffer';

/** Node has it; its types do not. */
type Latin1 = { latin1Slice(start: number, end: number): string };

/** A text of which each character is one byte, in the same order as the bytes. */
export const nameOf = (key: Uint8Array): string => (bufferOf(key) as unknown as Latin1).latin1Slice(0, key.length);

/** The same bytes. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** An unsigned number as 4 bytes, in the order of numbers. */
export function wordKey(number: number): Uint8Array {
  const key = Buffer.allocUnsafe(4);
  key.writeUInt32BE(number);
  return key;
}

export const wordOf = (key: Uint8Array): number => ((key[0]! << 24) | (key[1]! << 16) | (key[2]! << 8) | key[3]!) >>> 0;

/** After every key of 4 bytes. */
export const afterWords: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0);
export const beforeWords: Uint8Array = new Uint8Array(0);

/** Negative: `one` comes first. */
export const compareBytes = (one: Uint8Array, other: Uint8Array): number => Buffer.compare(one, other);
