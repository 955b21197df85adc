/** The last messages of actors that somebody looks at: kept from the first look on, until nobody has looked for a minute. */
import type { ActorSystem, Clock, RecentMessage, Ref } from '@muster/actor';

export interface RecentKeeper {
  /** Those since the first look, oldest first. */
  readonly look: (path: string) => readonly RecentMessage[];
  /** Keeps nothing any more. */
  readonly close: () => void;
}

/** Messages of one actor: two screens. */
export const keptMessages = 32;
/** After the last look, ms. */
export const keptForMs = 60_000;
/** Actors at a time: 32 messages below 16 KiB each, so at most 32 MiB, and mostly 1. */
export const mostLookedAt = 64;

interface Looked {
  /** A successor under the same path is another actor, of which nothing is kept yet. */
  readonly ref: Ref<unknown> | undefined;
  readonly cancel: () => void;
}

type Kept = Pick<ActorSystem, 'keepRecent' | 'recent' | 'refOf'>;

export function openRecentKeeper(system: Kept, clock: Clock): RecentKeeper {
  /** In the order of their last looks. */
  const looked = new Map<string, Looked>();
  const end = (path: string): void => {
    looked.get(path)?.cancel();
    if (looked.delete(path)) system.keepRecent(path, 0);
  };
  return {
    look: (path) => {
      const ref = system.refOf(path);
      const before = looked.get(path);
      before?.cancel();
      looked.delete(path);
      if (ref === undefined) return [];
      if (before?.ref !== ref) system.keepRecent(path, keptMessages);
      looked.set(path, { ref, cancel: clock.after(keptForMs, () => end(path)) });
      for (const [oldest] of looked) if (looked.size > mostLookedAt) end(oldest);
      return system.recent(path, keptMessages);
    },
    close: () => {
      for (const path of [...looked.keys()]) end(path);
    },
  };
}
