/**
 * One client: takes frames out of what it sends, one at a time, and sends it what it is told to, no faster than it reads.
 *
 * After a frame nothing more is taken until `goOn`; and nothing while answers wait to be read. A client is cut off when
 * a frame is not whole 30 s after its first byte, when it reads nothing of an answer for 30 s, and for bytes that are
 * no frame, of which it is told.
 */
import type { Clock } from '@muster/actor';
import type { Connection } from '@muster/link';
import { bytesOf } from './commands.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { type FrameFault, openFrameReader } from './frame-reader.ts';
import { refusal, refusalText } from './wazuh-error.ts';

export interface SessionHandlers {
  readonly frame: (frame: Frame) => void;
  /** Once, when nothing more comes of it. `why`: it was cut off for that. */
  readonly closed: (why: string | undefined) => void;
}

export interface SessionTimes {
  /** From the first byte of a frame to its last, ms. At least 1. */
  readonly frameMs: number;
  /** For the next part of an answer to be read, ms. At least 1. */
  readonly stallMs: number;
}

/** The reference's own limit for a message that is not whole; a client in C reads at once. */
export const sessionTimes: SessionTimes = { frameMs: 30_000, stallMs: 30_000 };

export interface Session {
  /** The next frame may be handed over. */
  goOn(): void;
  send(frame: Frame): void;
  /** Sends `last`, if the client reads, and closes. */
  close(last?: Frame): void;
}

/** Handed to the system at once; what is more waits here. */
const chunkBytes = 64 * 1024;
/** For a last word to leave, ms. */
const lingerMs = 1_000;

export function openSession(
  connection: Connection,
  clock: Clock,
  handlers: SessionHandlers,
  times: SessionTimes = sessionTimes,
): Session {
  const reader = openFrameReader();
  const queue: Uint8Array[] = [];
  let handed = false;
  let ended = false;
  let cancelFrame: (() => void) | undefined;
  let cancelStall: (() => void) | undefined;
  let cancelLinger = (): void => {};

  const isBlocked = (): boolean => queue.length > 0 || connection.buffered() >= chunkBytes;
  const stopTimers = (): void => {
    cancelFrame?.();
    cancelStall?.();
    cancelFrame = cancelStall = undefined;
  };
  const finish = (why: string | undefined): void => {
    if (ended) return;
    ended = true;
    stopTimers();
    queue.length = 0;
    handlers.closed(why);
  };
  const cut = (why: string): void => {
    finish(why);
    connection.destroy();
  };
  const watchFrame = (): void => {
    if (!reader.midFrame()) {
      cancelFrame?.();
      cancelFrame = undefined;
      return;
    }
    cancelFrame ??= clock.after(times.frameMs, () => {
      cancelFrame = undefined;
      // What waits because of us is not its fault.
      if (handed || isBlocked()) watchFrame();
      else cut(`a frame was not whole within ${times.frameMs / 1_000} s`);
    });
  };
  const watchReading = (): void => {
    cancelStall?.();
    cancelStall = isBlocked()
      ? clock.after(times.stallMs, () => cut(`it did not read an answer for ${times.stallMs / 1_000} s`))
      : undefined;
  };
  const pump = (): void => {
    while (queue.length > 0 && connection.buffered() < chunkBytes) {
      const [first = new Uint8Array(0)] = queue;
      connection.write(first.subarray(0, chunkBytes));
      if (first.length > chunkBytes) queue[0] = first.subarray(chunkBytes);
      else queue.shift();
    }
    watchReading();
  };
  const end = (last: Frame | undefined): void => {
    if (last !== undefined && !isBlocked()) for (const part of encodeFrame(last)) connection.write(part);
    connection.pause();
    connection.end();
    cancelLinger = clock.after(lingerMs, () => connection.destroy());
  };
  const refuse = ({ counter, why, text }: FrameFault): void => {
    finish(text);
    end({ counter, command: 'err', payload: bytesOf(refusalText(refusal(why === 'too-large' ? 3050 : 1000, text))) });
  };
  const read = (): void => {
    if (ended || handed) return;
    if (isBlocked()) return connection.pause();
    const found = reader.next();
    watchFrame();
    if (found.type === 'fault') return refuse(found.fault);
    if (found.type === 'more') return connection.resume();
    handed = true;
    connection.pause();
    handlers.frame(found.frame);
  };
  connection.listen({
    data: (bytes) => {
      if (ended) return;
      reader.push(bytes);
      read();
    },
    drained: () => {
      if (ended) return;
      pump();
      read();
    },
    closed: () => {
      cancelLinger();
      finish(undefined);
    },
  });
  return {
    goOn: () => {
      handed = false;
      read();
    },
    send: (frame) => {
      if (ended) return;
      queue.push(...encodeFrame(frame));
      pump();
    },
    close: (last) => {
      if (ended) return;
      finish(undefined);
      end(last);
    },
  };
}
