import type { LinkError } from './error.ts';

/** The opener's end of a stream: what the peer sends, kept until it is read. */
export interface IncomingStream {
  /** Takes the bytes over. False when they are more than the peer had credit for. */
  readonly data: (bytes: Uint8Array) => boolean;
  /** Everything has arrived; the reader gets what is left, then the end. */
  readonly end: () => void;
  /** The reader gets the error at once; what it has not read is dropped. */
  readonly fail: (error: LinkError) => void;
  /** For one reader. Leaving the loop early gives the stream up. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

interface Reader {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void;
  readonly reject: (error: LinkError) => void;
}

/**
 * Credit is granted again as bytes are read, a quarter of the window at a time, so that never more than
 * `windowBytes` wait here. `left`: the reader went away before the end.
 */
export function incomingStream(windowBytes: number, grant: (bytes: number) => void, left: () => void): IncomingStream {
  let chunks: Uint8Array[] = [];
  let credit = windowBytes;
  let read = 0;
  let state: 'open' | 'ended' | LinkError = 'open';
  let reader: Reader | undefined;
  const taken = (bytes: Uint8Array): IteratorResult<Uint8Array> => {
    read += bytes.byteLength;
    if (state === 'open' && read >= windowBytes / 4) {
      credit += read;
      grant(read);
      read = 0;
    }
    return { done: false, value: bytes };
  };
  const finish = (how: 'ended' | LinkError) => {
    if (state !== 'open') return;
    state = how;
    const waits = reader;
    reader = undefined;
    if (how === 'ended') return waits?.resolve({ done: true, value: undefined });
    chunks = [];
    waits?.reject(how);
  };
  const next = (): Promise<IteratorResult<Uint8Array>> => {
    const chunk = chunks.shift();
    if (chunk !== undefined) return Promise.resolve(taken(chunk));
    if (state === 'ended') return Promise.resolve({ done: true, value: undefined });
    if (state !== 'open') return Promise.reject(state);
    return new Promise((resolve, reject) => {
      reader = { resolve, reject };
    });
  };
  const leave = (): Promise<IteratorResult<Uint8Array>> => {
    chunks = [];
    if (state === 'open') {
      state = 'ended';
      left();
    }
    return Promise.resolve({ done: true, value: undefined });
  };
  return {
    data: (bytes) => {
      credit -= bytes.byteLength;
      if (credit < 0) return false;
      const waits = reader;
      reader = undefined;
      if (waits === undefined) chunks.push(bytes);
      else waits.resolve(taken(bytes));
      return true;
    },
    end: () => finish('ended'),
    fail: (error) => finish(error),
    bytes: { [Symbol.asyncIterator]: () => ({ next, return: leave }) },
  };
}
