/** Bytes that came, in the pieces in which they came, and a room that they are gathered in. Pure. */

/** First in, first out; nothing is copied. */
export interface Pieces {
  add(bytes: Uint8Array): void;
  /** At most `most` bytes of the first piece; none where there is no piece. */
  take(most: number): Uint8Array;
  readonly isEmpty: () => boolean;
  readonly bytes: () => number;
  clear(): void;
}

const nothing = new Uint8Array(0);

export function openPieces(): Pieces {
  const pieces: Uint8Array[] = [];
  return {
    add: (bytes) => {
      if (bytes.length > 0) pieces.push(bytes);
    },
    take: (most) => {
      const [first = nothing] = pieces;
      if (first.length > most) pieces[0] = first.subarray(most);
      else pieces.shift();
      return first.subarray(0, most);
    },
    isEmpty: () => pieces.length === 0,
    bytes: () => pieces.reduce((sum, { length }) => sum + length, 0),
    clear: () => {
      pieces.length = 0;
    },
  };
}

/** So many bytes in one buffer, which grows with those that came, by doubling, and never with those that are awaited. */
export interface Gathering {
  /** Takes of `from` what is missing. */
  fill(from: Pieces): void;
  readonly filled: () => number;
  readonly room: () => number;
  /** All of them; undefined while some are missing. */
  whole(): Uint8Array | undefined;
}

const leastRoom = 1_024;

export function openGathering(length: number): Gathering {
  let buffer = nothing;
  let filled = 0;
  const put = (bytes: Uint8Array): void => {
    if (filled + bytes.length > buffer.length) {
      const room = new Uint8Array(Math.min(length, Math.max(leastRoom, 2 * buffer.length, filled + bytes.length)));
      room.set(buffer.subarray(0, filled));
      buffer = room;
    }
    buffer.set(bytes, filled);
    filled += bytes.length;
  };
  return {
    fill: (from) => {
      while (filled < length && !from.isEmpty()) put(from.take(length - filled));
    },
    filled: () => filled,
    room: () => buffer.length,
    whole: () => (filled < length ? undefined : buffer.subarray(0, length)),
  };
}
