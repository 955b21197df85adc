/** The users as the file has them now: looked at when somebody asks, once in `lookMs` at most. */
import type { Clock } from '@muster/actor';
import type { Seen } from './read-users.ts';
import type { User } from './users-file.ts';

export interface CurrentUsersDeps {
  readonly clock: Clock;
  /** `readUsers` of the file. */
  readonly read: (last?: Seen) => Promise<Seen>;
  readonly warn: (text: string) => void;
}

const lookMs = 1_000;

/** Those of a file that cannot be trusted are none; why is warned of once. */
export function openCurrentUsers({ clock, read, warn }: CurrentUsersDeps): () => Promise<readonly User[]> {
  let seen: Seen | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let warned = '';
  const look = async (): Promise<void> => {
    try {
      seen = await read(seen);
      warned = '';
    } catch (error) {
      seen = undefined;
      const text = error instanceof Error ? error.message : String(error);
      if (text !== warned) warn(`Nobody can log in to the HTTP API: ${text}`);
      warned = text;
    }
    lookedAt = clock.now();
    looking = undefined;
  };
  return async () => {
    if (clock.now() - lookedAt >= lookMs) {
      looking ??= look();
      await looking;
    }
    return seen?.users ?? [];
  };
}
