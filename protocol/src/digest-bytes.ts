import { Buffer } from 'node:buffer';

/** The 64 bytes of a digest in hex. A view of its own, for the wire. */
export const digestBytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

/** 128 lower-case hex digits. */
export const digestHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
