/** Rows of whole numbers as bytes: small ones take little. Reading never throws, whatever the bytes. */

/** Writes numbers one after the other. */
export interface PackedWriter {
  /** A whole number from 0 to 2^53 - 1: 7 bits a byte, least first. */
  count(value: number): void;
  /** A whole number from -(2^31) to 2^31, small when near 0. */
  near(value: number): void;
  /** 32 bits, whatever their value. */
  word(value: number): void;
  readonly length: () => number;
  /** Forgets what was written after `length`. */
  truncate(length: number): void;
  /** All that was written; the writer is done. */
  finish(): Uint8Array;
}

/** Reads them again. After the first fault every answer is 0, and `fine` says so. */
export interface PackedReader {
  count(): number;
  near(): number;
  word(): number;
  /** Nothing was wrong so far. */
  readonly fine: () => boolean;
  /** How many bytes were read. */
  readonly at: () => number;
  /** Nothing was wrong, and nothing is left. */
  readonly ended: () => boolean;
}

export function packedWriter(): PackedWriter {
  let bytes = new Uint8Array(256);
  let at = 0;
  const room = (more: number): void => {
    if (at + more <= bytes.length) return;
    const larger = new Uint8Array(bytes.length * 2);
    larger.set(bytes);
    bytes = larger;
  };
  const count = (value: number): void => {
    room(8);
    let rest = value;
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
  };
  return {
    count,
    near: (value) => count(value < 0 ? -2 * value - 1 : 2 * value),
    word: (value) => {
      room(4);
      for (let shift = 24; shift >= 0; shift -= 8) bytes[at++] = value >>> shift;
    },
    length: () => at,
    truncate: (length) => {
      at = length;
    },
    finish: () => bytes.slice(0, at),
  };
}

export function packedReader(bytes: Uint8Array): PackedReader {
  let at = 0;
  let fine = true;
  const fault = (): number => {
    fine = false;
    at = bytes.length;
    return 0;
  };
  const count = (): number => {
    let value = 0;
    let scale = 1;
    while (at < bytes.length) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) return fault();
      if (byte < 0x80) return byte === 0 && scale > 1 ? fault() : value;
      scale *= 128;
      if (scale > 2 ** 49) return fault();
    }
    return fault();
  };
  return {
    count,
    near: () => {
      const value = count();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    word: () => {
      if (bytes.length - at < 4) return fault();
      let value = 0;
      for (let i = 0; i < 4; i++) value = value * 256 + bytes[at++]!;
      return value;
    },
    fine: () => fine,
    at: () => at,
    ended: () => fine && at === bytes.length,
  };
}
