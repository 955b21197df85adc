/** Copies of many small values in few pieces of memory: LMDB asks for the address of each piece once. */

const SLAB = 256 * 1024;

/** Bytes behind each copy that are nobody's: room for a check sum. */
export const SPARE = 4;

/** Copies are the caller's to keep; a piece lives as long as one of its copies. */
export function openSlab(): (bytes: Uint8Array) => Uint8Array {
  let slab = new Uint8Array(0);
  let at = 0;
  return (bytes) => {
    const needed = bytes.length + SPARE;
    const large = needed > SLAB / 8;
    if (!large && at + needed > slab.length) {
      slab = new Uint8Array(SLAB);
      at = 0;
    }
    const copy = large ? new Uint8Array(needed).subarray(0, bytes.length) : slab.subarray(at, at + bytes.length);
    copy.set(bytes);
    if (!large) at += needed;
    return copy;
  };
}
