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
    const whole = frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames, bytes);
    frames = [];
    bytes = 0;
    connection.write(whole);
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
