/** Copies of many small values in few pieces of memory: LMDB asks for the address of each piece once. */

const SLAB = 256 * 1024;

/** Copies are the caller's to keep; a piece lives as long as one of its copies. */
export function openSlab(): (bytes: Uint8Array) => Uint8Array {
  let slab = new Uint8Array(0);
  let at = 0;
  return (bytes) => {
    if (bytes.length > SLAB / 8) return Uint8Array.prototype.slice.call(bytes);
    if (at + bytes.length > slab.length) {
      slab = new Uint8Array(SLAB);
      at = 0;
    }
    const copy = slab.subarray(at, at + bytes.length);
    copy.set(bytes);
    // Nothing straddles words.
    at += (bytes.length + 7) & ~7;
    return copy;
  };
}
