/** Names of files whose agents were removed, for a while: their manager may still write them. */
import type { ManagerClock } from './watched-names.ts';

export interface Forgotten {
  add(name: string): void;
  has(name: string): boolean;
  delete(name: string): void;
}

/** remoted reads client.keys every 10 s by default (`reference/agent-info.md` 1, `remoted.keyupdate_interval`), and may be set slower. */
export const infosForMs = 10 * 60_000;
/** Shorter than it takes somebody to put back what should not have been removed: assignments may be there before client.keys is. */
export const groupsForMs = 60_000;
/** As many as a removal may have; beyond it the oldest are no longer known. */
const most = 100_000;

/** Each is known for `forMs`. */
export function openForgotten({ now }: Pick<ManagerClock, 'now'>, forMs: number): Forgotten {
  const until = new Map<string, number>();
  return {
    add: (name) => {
      until.delete(name);
      until.set(name, now() + forMs);
      const [oldest] = until.keys();
      if (until.size > most && oldest !== undefined) until.delete(oldest);
    },
    has: (name) => {
      const end = until.get(name);
      if (end !== undefined && end <= now()) until.delete(name);
      return end !== undefined && end > now();
    },
    delete: (name) => void until.delete(name),
  };
}
