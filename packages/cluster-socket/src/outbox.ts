/** What a client is sent: no faster than it reads. */
import type { Clock } from '@muster/actor';
import type { Connection } from '@muster/link';
import { encodeFrame, type Frame } from './frame.ts';
import { openPieces } from './pieces.ts';

export interface Outbox {
  send(frame: Frame): void;
  /** Something that was sent is not read yet: nothing more should be asked for. */
  readonly isBlocked: () => boolean;
  /** The system has taken what it was given. */
  pump(): void;
  /** Forgets all that waits, and its timer. */
  drop(): void;
}

/** Given to the system at once; what is more waits here. More than the system's own mark, above which it tells when it is taken. */
const chunkBytes = 64 * 1024;

/** `stalled` is told when nothing of what waits was read for `stallMs`. */
export function openOutbox(
  connection: Connection,
  clock: Clock,
  stallMs: number,
  stalled: (why: string) => void,
): Outbox {
  const waiting = openPieces();
  let cancel = (): void => {};
  const isBlocked = (): boolean => !waiting.isEmpty() || connection.buffered() >= chunkBytes;
  const pump = (): void => {
    while (!waiting.isEmpty() && connection.buffered() < chunkBytes) connection.write(waiting.take(chunkBytes));
    cancel();
    if (isBlocked()) cancel = clock.after(stallMs, () => stalled(`it did not read an answer for ${stallMs / 1_000} s`));
  };
  return {
    isBlocked,
    pump,
    send: (frame) => {
      for (const part of encodeFrame(frame)) waiting.add(part);
      pump();
    },
    drop: () => {
      waiting.clear();
      cancel();
    },
  };
}
