/** Passwords that were right a moment ago, as digests under a key of this process: never in clear, never on disk. */
import { createHmac } from 'node:crypto';
import type { Clock } from '@muster/actor';

export interface Remembered {
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
  return {
    has: (who, password) => clock.now() < (until.get(markOf(who, password)) ?? Number.NEGATIVE_INFINITY),
    add: (who, password) => {
      for (const [mark, end] of until) if (clock.now() >= end) until.delete(mark);
      const [oldest] = until.keys();
      if (until.size >= most && oldest !== undefined) until.delete(oldest);
      until.set(markOf(who, password), clock.now() + rememberMs);
    },
  };
}
