/**
 * Writes the digest cache when it does not say what is known. A write that fails costs one cold scan, later.
 *
 * The cache outlives a loss of power, so what it says must too: a file that was overwritten in place just now may
 * come back with the content before, under the same times. Young files are synced before the cache names them.
 */
import { encodeCache } from './cache-format.ts';
import type { Disk } from './disk.ts';
import { type Known, trust } from './known.ts';
import { changedNs } from './packed.ts';
import { runPieces } from './pieces.ts';

export interface CacheWriter {
  /** Something is known that the file does not say. */
  changed(): void;
  /** One write at a time; resolves when all that was known at the call is on the disk, or could not be written. */
  save(): Promise<void>;
}

/** What was written longer ago, in ms, the system has made durable by itself: 30 s and its turn, with room for a slow disk. */
const youngMs = 120_000;

export interface CacheWriterOptions {
  readonly disk: Pick<Disk, 'replace' | 'sync' | 'turn'>;
  readonly wallNow: () => number;
  /** R, absolute. */
  readonly root: string;
  /** Absolute path of the cache's file. */
  readonly path: string;
  readonly known: () => Iterable<Known>;
}

export function openCacheWriter({ disk, wallNow, root, path, known }: CacheWriterOptions): CacheWriter {
  let unsaved = false;
  let saving: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    if (!unsaved) return;
    unsaved = false;
    const all = [...known()];
    const young = youngOf(all, root, BigInt(Math.floor(wallNow() - youngMs)) * 1_000_000n);
    try {
      if (young.files.length > 0) await disk.sync(young.files, young.directories);
      await disk.replace(path, await runPieces(disk, encodeCache(all)), 0o600);
    } catch {
      unsaved = true;
    }
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

/** Files that the cache vouches for and that changed since `sinceNs`, and where they lie. Absolute. */
function youngOf(all: readonly Known[], root: string, sinceNs: bigint): { files: string[]; directories: string[] } {
  const files: string[] = [];
  const directories: string[] = [];
  for (const { directory, names, packed, trusts } of all) {
    const before = files.length;
    for (const [index, name] of names.entries())
      if (trusts[index] === trust.sure && changedNs(packed, index) >= sinceNs)
        files.push(`${root}/${directory}/${name}`);
    if (files.length > before) directories.push(`${root}/${directory}`);
  }
  return { files, directories };
}
