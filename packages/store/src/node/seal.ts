/** A sum behind each value (CRC-32): what a disk lost or changed is found when it is read. */
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { SPARE } from '../slab.ts';

/** `value` with its sum, in the spare bytes behind it. */
export function sealed(value: Uint8Array): Uint8Array {
  const whole = Buffer.from(value.buffer, value.byteOffset, value.length + SPARE);
  whole.writeUInt32LE(crc32(value), value.length);
  return whole;
}

/** The value of what `sealed` made; `undefined` when it is not that any more. */
export function unsealed(whole: Uint8Array): Uint8Array | undefined {
  const length = whole.length - SPARE;
  if (length < 0) return undefined;
  const value = whole.subarray(0, length);
  const sum =
    (whole[length]! | (whole[length + 1]! << 8) | (whole[length + 2]! << 16) | (whole[length + 3]! << 24)) >>> 0;
  return crc32(value) === sum ? value : undefined;
}
