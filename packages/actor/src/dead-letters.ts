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
  /** Redacted. */
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

/** Redacts when read, not when buried: a flood of dead letters must cost next to nothing. */
export function openDeadLetters(clock: Clock, notify: ((letter: DeadLetter) => void) | undefined): DeadLetters {
  const ring: (Burial & { readonly at: number })[] = [];
  let count = 0;
  return {
    bury: (burial) => {
      const entry = { ...burial, at: clock.now() };
      ring[count++ % kept] = entry;
      notify?.(letterOf(entry));
    },
    read: () => {
      const first = count > kept ? count % kept : 0;
      return { count, last: [...ring.slice(first), ...ring.slice(0, first)].map(letterOf) };
    },
  };
}

function letterOf({ at, to, message, reason, redact }: Burial & { readonly at: number }): DeadLetter {
  return { at, to, type: typeOf(message), message: shown(message, redact), reason };
}
