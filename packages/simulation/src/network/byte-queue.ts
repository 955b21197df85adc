/** Bytes in the order written, taken in pieces of any size, without a copy. */

export interface ByteQueue {
  add(bytes: Uint8Array): void;
  /** At most `most` bytes, and no more than are left of the oldest piece. The queue is not empty. */
  take(most: number): Uint8Array;
  readonly size: () => number;
  clear(): void;
}

export function openByteQueue(): ByteQueue {
  let pieces: Uint8Array[] = [];
  /** The oldest piece, and how much of it is taken. */
  let head = 0;
  let offset = 0;
  let size = 0;
  const clear = (): void => {
    pieces = [];
    head = 0;
    offset = 0;
    size = 0;
  };
  const next = (): void => {
    head += 1;
    offset = 0;
    if (head === pieces.length) clear();
  };
  return {
    add: (bytes) => {
      if (bytes.byteLength === 0) return;
      pieces.push(bytes);
      size += bytes.byteLength;
    },
    take: (most) => {
      const piece = pieces[head]!;
      const count = Math.min(most, piece.byteLength - offset);
      const bytes = count === piece.byteLength ? piece : piece.subarray(offset, offset + count);
      size -= count;
      offset += count;
      if (offset === piece.byteLength) next();
      return bytes;
    },
    size: () => size,
    clear,
  };
}
