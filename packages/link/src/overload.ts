import type { Closing } from './closing.ts';
import type { LinkDeps } from './deps.ts';
import type { Connection } from './transport.ts';

/** Watches a peer that does not read what is sent to it. */
export interface Overload {
  /** The send queue is at its limit. Asking starts the countdown to `overloaded`. */
  readonly full: () => boolean;
  /** After input: while the queue is full nothing more is read, for answers would only lengthen it. */
  readonly check: () => void;
  readonly close: () => void;
}

/** The link closes when the queue was full and is still half full `overloadedMs` later. */
export function overload(queued: () => number, connection: Connection, end: Closing, deps: LinkDeps): Overload {
  const { sendQueueBytes, overloadedMs } = deps.limits;
  let cancel: (() => void) | undefined;
  let paused = false;
  const over = () => {
    cancel = undefined;
    if (queued() < sendQueueBytes / 2) return release();
    const text = `${queued()} bytes wait for a peer that does not read; it had ${overloadedMs} ms`;
    end.shut({ how: 'closed', code: 'overloaded', text }, 'goodbye');
  };
  const release = (): void => {
    if (paused) connection.resume();
    paused = false;
  };
  const full = (): boolean => {
    if (queued() < sendQueueBytes) {
      if (paused) release();
      return false;
    }
    cancel ??= deps.clock.after(overloadedMs, over);
    return true;
  };
  return {
    full,
    check: () => {
      if (!end.isOpen() || !full()) return;
      paused = true;
      connection.pause();
    },
    close: () => cancel?.(),
  };
}
