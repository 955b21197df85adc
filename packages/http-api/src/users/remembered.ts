/** Passwords that were right a moment ago, as digests under a key of this process: never in clear, never on disk. */
import { createHmac } from 'node:crypto';
import type { Clock } from '@muster/actor';

export interface Remembered {
  /** Within a minute of the last time that it was right. */
  has(who: string, password: string): boolean;
  add(who: string, password: string): void;
}

const rememberMs = 60_000;
const most = 1_000;

/** `secret`: 32 random bytes. `who` changes with the user's hash, so that an older password is not found. */
export function openRemembered(clock: Clock, secret: Uint8Array): Remembered {
  const until = new Map<string, number>();
  const markOf = (who: string, password: string): string =>
    createHmac('sha256', secret).update(`${who}\0${password}`).digest('base64');
  const put = (mark: string): void => {
    until.delete(mark);
    until.set(mark, clock.now() + rememberMs);
  };
  return {
    has: (who, password) => {
      const mark = markOf(who, password);
      const isKnown = clock.now() < (until.get(mark) ?? Number.NEGATIVE_INFINITY);
      // Anew: who comes back within the time never pays again.
      if (isKnown) put(mark);
      return isKnown;
    },
    add: (who, password) => {
      for (const [mark, end] of until) if (clock.now() >= end) until.delete(mark);
      const [oldest] = until.keys();
      if (until.size >= most && oldest !== undefined) until.delete(oldest);
      put(markOf(who, password));
    },
  };
}
