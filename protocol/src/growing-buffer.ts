export interface GrowingBuffer {
  readonly length: () => number;
  readonly view: () => Uint8Array;
  /** Copies. */
  add(piece: Uint8Array): void;
  /** Hands the bytes over and starts anew. */
  take(): Uint8Array;
}

/** Bytes added piece by piece. Its room is at most twice what was added (64 at least), whatever is still to come. */
export function growingBuffer(): GrowingBuffer {
  let room = new Uint8Array(0);
  let length = 0;
  return {
    length: () => length,
    view: () => room.subarray(0, length),
    add: (piece) => {
      if (length + piece.length > room.length) {
        const wider = new Uint8Array(Math.max(64, length + piece.length, 2 * length));
        wider.set(room.subarray(0, length));
        room = wider;
      }
      room.set(piece, length);
      length += piece.length;
    },
    take: () => {
      const whole = room.subarray(0, length);
      room = new Uint8Array(0);
      length = 0;
      return whole;
    },
  };
}
