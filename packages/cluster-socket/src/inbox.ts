/** What a client sends, as frames: one at a time, and none while answers wait to be read. */
import type { Clock } from '@muster/actor';
import type { Connection } from '@muster/link';
import type { Frame } from './frame.ts';
import type { FrameFault, FrameReader } from './frame-reader.ts';

export interface Inbox {
  take(bytes: Uint8Array): void;
  /** Looks for a frame, if one may be handed over now. */
  read(): void;
  /** The frame that was handed over is done with. */
  goOn(): void;
  /** Ends its timer. */
  drop(): void;
}

export interface InboxDeps {
  readonly connection: Pick<Connection, 'pause' | 'resume'>;
  readonly clock: Clock;
  readonly reader: FrameReader;
  readonly frameMs: number;
  readonly isBlocked: () => boolean;
}

interface InboxHandlers {
  readonly frame: (frame: Frame) => void;
  readonly fault: (fault: FrameFault) => void;
}

/** `slow` is told when a frame was not whole within `frameMs`. */
export function openInbox(deps: InboxDeps, slow: (why: string) => void, handlers: InboxHandlers): Inbox {
  const { connection, reader, isBlocked } = deps;
  let isHanded = false;
  const deadline = openDeadline(deps, () => isHanded || isBlocked(), slow);
  const read = (): void => {
    if (isHanded) return;
    if (isBlocked()) return connection.pause();
    const found = reader.next();
    deadline.look();
    if (found.type === 'fault') return handlers.fault(found.fault);
    if (found.type === 'more') return connection.resume();
    isHanded = true;
    connection.pause();
    handlers.frame(found.frame);
  };
  return {
    read,
    take: (bytes) => {
      reader.push(bytes);
      read();
    },
    goOn: () => {
      isHanded = false;
      read();
    },
    drop: deadline.drop,
  };
}

/** From the first byte of a frame to its last. */
function openDeadline(
  { clock, reader, frameMs }: InboxDeps,
  isOurFault: () => boolean,
  slow: (why: string) => void,
): { look(): void; drop(): void } {
  let cancel: (() => void) | undefined;
  const drop = (): void => {
    cancel?.();
    cancel = undefined;
  };
  const look = (): void => {
    if (!reader.midFrame()) return drop();
    cancel ??= clock.after(frameMs, () => {
      cancel = undefined;
      // What waits because we do not read is not its fault.
      if (isOurFault()) look();
      else slow(`a frame was not whole within ${frameMs / 1_000} s`);
    });
  };
  return { look, drop };
}
