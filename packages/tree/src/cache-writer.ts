/** Writes the digest cache when it does not say what is known. A write that fails costs one cold scan, later. */
import { encodeCache } from './cache-format.ts';
import type { Disk } from './disk.ts';
import type { Known } from './known.ts';
import { runPieces } from './pieces.ts';

export interface CacheWriter {
  /** Something is known that the file does not say. */
  changed(): void;
  /** One write at a time; resolves when all that was known at the call is on the disk, or could not be written. */
  save(): Promise<void>;
}

/** `path`: absolute, of the cache's file. */
export function openCacheWriter(
  disk: Pick<Disk, 'replace' | 'turn'>,
  path: string,
  known: () => Iterable<Known>,
): CacheWriter {
  let unsaved = false;
  let saving: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    if (!unsaved) return;
    unsaved = false;
    const bytes = await runPieces(disk, encodeCache(known()));
    await disk.replace(path, bytes, 0o600).catch(() => {
      unsaved = true;
    });
  };

  return {
    changed: () => {
      unsaved = true;
    },
    save: () => {
      saving = saving.then(write);
      return saving;
    },
  };
}
