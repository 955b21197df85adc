/** What was known when this node ran last. */
import { decodeCache } from './cache-format.ts';
import type { Disk } from './disk.ts';
import { DiskError, explain } from './disk-error.ts';
import type { Known } from './known.ts';
import { runPieces } from './pieces.ts';
import type { TableEntry } from './selection.ts';

const maxCacheBytes = 512 * 1024 * 1024;

/** What stands in the place of the cache was not written by us. */
const foreign = new Set(['NOT_A_FILE', 'TOO_LARGE', 'ELOOP', 'ENOTDIR']);

/** Nothing when there is no cache, or none of ours. Rejects with a `DiskError` when there may be one. */
export async function recall(disk: Disk, path: string, table: readonly TableEntry[]): Promise<Map<string, Known>> {
  const cache = await disk.read(path, maxCacheBytes).catch((error: unknown) => {
    const code = error instanceof DiskError ? error.code : 'UNKNOWN';
    if (foreign.has(code)) return undefined;
    throw new DiskError(code, path, `${explain(code)}; where it will never be read again, remove it`);
  });
  return runPieces(disk, decodeCache(cache, table));
}
