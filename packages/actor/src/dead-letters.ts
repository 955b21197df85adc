import type { Clock } from './clock.ts';
import { shown, typeOf } from './redaction.ts';

/** Why a message reached nobody. */
export type DeadLetterReason =
  /** The actor was stopped, or stopped before it came to the message. */
  | 'stopped'
  /** The mailbox was full: this message, or this older one, was dropped. */
  | 'overflow'
  /** The mailbox was full and refuses, and the sender used `tell`. */
  | 'refused'
  /** An answer to an ask that was already answered, failed or timed out. */
  | 'asker-gone';

/** A message that reached nobody, as it may be shown. */
export interface DeadLetter {
  /** Clock milliseconds. */
  readonly at: number;
  /** Path of the receiver. */
  readonly to: string;
  readonly type: string;
  /** Redacted, and cut to a few KiB: a copy, the message itself is not kept. */
  readonly message: unknown;
  readonly reason: DeadLetterReason;
}

/** What is told of a message that reached nobody. */
export interface Burial {
  readonly to: string;
  readonly message: unknown;
  readonly reason: DeadLetterReason;
  readonly redact?: ((message: never) => unknown) | undefined;
}

export interface DeadLetters {
  bury(burial: Burial): void;
  /** How many there were in all, and the last of them, oldest first. */
  read(): { readonly count: number; readonly last: readonly DeadLetter[] };
}

/** How many are kept: enough to see what goes wrong, little enough to forget about. */
const kept = 256;

/**
 * Redacts when a message is buried, so that none is kept alive by it: a ring full of letters holds
 * less than 4 MiB, whatever was sent. That costs 1 us for a small message, at most some 50 us.
 */
export function openDeadLetters(clock: Clock, notify: ((letter: DeadLetter) => void) | undefined): DeadLetters {
  const ring: DeadLetter[] = [];
  let count = 0;
  return {
    bury: ({ to, message, reason, redact }) => {
      const letter = { at: clock.now(), to, type: typeOf(message), message: shown(message, redact), reason };
      ring[count++ % kept] = letter;
      notify?.(letter);
    },
    read: () => {
      const first = count > kept ? count % kept : 0;
      return { count, last: [...ring.slice(first), ...ring.slice(0, first)] };
    },
  };
}
