/**
 * Adapter: keeps the files by which others know that this daemon runs. Somebody may empty `R/var/run` or
 * `R/queue/cluster` (a `wazuh-clusterd` that is started does): they are back within 5 s.
 */
import type { Clock } from '@muster/actor';

/** A file that can be made anew. */
export interface Kept {
  readonly path: string;
  /** Resolves with whether it was missing. */
  restore(): Promise<boolean>;
}

/** Where the words go. */
export interface KeepLog {
  readonly restored: (path: string) => void;
  /** Told once for each file until it goes well again. */
  readonly failed: (path: string, why: string) => void;
}

/** Milliseconds between two looks. */
export const lookEveryMs = 5_000;

/** Looks every 5 s. The returned function ends that; it resolves when no look is under way, and nothing is written later. */
export function keepFiles(clock: Clock, files: readonly Kept[], log: KeepLog): () => Promise<void> {
  const failing = new Set<Kept>();
  let ended = false;
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    for (const file of files) if (!ended) await keep(file, failing, log);
    if (!ended) cancel = clock.after(lookEveryMs, start);
  };
  const start = (): void => {
    looking = look();
  };
  let cancel = clock.after(lookEveryMs, start);
  return () => {
    ended = true;
    cancel();
    return looking;
  };
}

async function keep(file: Kept, failing: Set<Kept>, log: KeepLog): Promise<void> {
  try {
    if (await file.restore()) log.restored(file.path);
    failing.delete(file);
  } catch (error) {
    if (!failing.has(file)) log.failed(file.path, error instanceof Error ? error.message : String(error));
    failing.add(file);
  }
}
