import type { Connection } from './transport.ts';

/** Above this the bytes leave at once: nothing is won by putting larger pieces together. */
const flushBytes = 64 * 1024;

export interface Outbox {
  /** Queues a frame, or a part of one. It is not changed afterwards. */
  readonly put: (bytes: Uint8Array) => void;
  /** Hands over what is queued. Called by itself at the end of the turn. */
  readonly flush: () => void;
  /** Bytes that the system has not taken yet, those of the connection included. */
  readonly queued: () => number;
  /** Bytes put in all. */
  readonly total: () => number;
}

/** Puts the frames of one turn of the event loop together into one write: 1.5 to 3 times the rate (`engine.md`, Links). */
export function outbox(connection: Connection, defer: (run: () => void) => void): Outbox {
  let frames: Uint8Array[] = [];
  let bytes = 0;
  let total = 0;
  let scheduled = false;
  const flush = (): void => {
    if (bytes === 0) return;
    const leaving = frames;
    const large = bytes >= flushBytes;
    frames = [];
    bytes = 0;
    if (leaving.length === 1) connection.write(leaving[0] as Uint8Array);
    else if (large) writeCorked(leaving);
    else connection.write(Buffer.concat(leaving));
  };
  /** Large pieces are put together by the socket, outside the heap of JavaScript: 64 KiB buffers keep its collector busy. */
  const writeCorked = (leaving: readonly Uint8Array[]): void => {
    connection.cork();
    for (const frame of leaving) connection.write(frame);
    connection.uncork();
  };
  const deferred = (): void => {
    scheduled = false;
    flush();
  };
  return {
    put: (frame) => {
      frames.push(frame);
      bytes += frame.byteLength;
      total += frame.byteLength;
      if (bytes >= flushBytes) return flush();
      if (scheduled) return;
      scheduled = true;
      defer(deferred);
    },
    flush,
    queued: () => bytes + connection.buffered(),
    total: () => total,
  };
}
