/**
 * One client: takes frames out of what it sends, one at a time, and sends it what it is told to, no faster than it reads.
 *
 * After a frame nothing more is taken until `goOn`; and nothing while answers wait to be read. A client is cut off when
 * a frame is not whole 30 s after its first byte, when it reads nothing of an answer for 30 s, and for bytes that are
 * no frame, of which it is told.
 */
import type { Clock } from '@muster/actor';
import type { Connection, ConnectionHandlers } from '@muster/link';
import { bytesOf } from './commands.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { type FrameFault, openFrameReader } from './frame-reader.ts';
import { type Inbox, openInbox } from './inbox.ts';
import { type Outbox, openOutbox } from './outbox.ts';
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

/** For a last word to leave, ms. */
const lingerMs = 1_000;

export interface SessionDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly times?: SessionTimes;
}

export function openSession(deps: SessionDeps, handlers: SessionHandlers): Session {
  const { connection, clock, times = sessionTimes } = deps;
  let ended = false;
  const reader = openFrameReader();
  const closing = openClosing(connection, clock);
  const finish = (why: string | undefined): void => {
    if (ended) return;
    ended = true;
    outbox.drop();
    inbox.drop();
    handlers.closed(why);
  };
  const cut = (why: string): void => {
    finish(why);
    connection.destroy();
  };
  const outbox = openOutbox(connection, clock, times.stallMs, cut);
  const leave = (why: string | undefined, last: Frame | undefined): void => {
    const wasBlocked = outbox.isBlocked();
    finish(why);
    closing.say(wasBlocked ? undefined : last);
  };
  const inbox = openInbox({ connection, clock, reader, frameMs: times.frameMs, isBlocked: outbox.isBlocked }, cut, {
    frame: handlers.frame,
    fault: (fault) => leave(fault.text, faultFrame(fault)),
  });
  const isEnded = (): boolean => ended;
  connection.listen(
    feedOf({ isEnded, inbox, outbox }, () => {
      closing.done();
      finish(undefined);
    }),
  );
  return {
    goOn: () => void (isEnded() || inbox.goOn()),
    send: (frame) => void (isEnded() || outbox.send(frame)),
    close: (last) => void (isEnded() || leave(undefined, last)),
  };
}

interface Parts {
  readonly isEnded: () => boolean;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
}

const feedOf = ({ isEnded, inbox, outbox }: Parts, closed: () => void): ConnectionHandlers => ({
  closed,
  data: (bytes) => {
    if (!isEnded()) inbox.take(bytes);
  },
  drained: () => {
    if (isEnded()) return;
    outbox.pump();
    inbox.read();
  },
});

const faultFrame = ({ counter, why, text }: FrameFault): Frame => ({
  counter,
  command: 'err',
  payload: bytesOf(refusalText(refusal(why === 'too-large' ? 3050 : 1000, text))),
});

interface Closing {
  /** Sends `last`, and closes. */
  say(last: Frame | undefined): void;
  /** The connection is closed. */
  done(): void;
}

function openClosing(connection: Connection, clock: Clock): Closing {
  let cancel = (): void => {};
  return {
    say: (last) => {
      if (last !== undefined) for (const part of encodeFrame(last)) connection.write(part);
      cancel = clock.after(lingerMs, () => connection.destroy());
      connection.pause();
      connection.end();
    },
    done: () => cancel(),
  };
}
