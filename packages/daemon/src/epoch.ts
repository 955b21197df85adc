/**
 * The epoch of this run of a master: greater than that of every run before, written down before it
 * is used, so that no two runs number different trees alike.
 */
import type { Disk } from '@muster/tree';

/**
 * The stored epoch plus one, or the wall clock in milliseconds where that is greater (a lost file must
 * not lead back into the past). Rejects with a `DiskError` when it cannot be stored.
 */
export async function nextEpoch(disk: Pick<Disk, 'read' | 'replace'>, path: string, wallMs: number): Promise<number> {
  const stored = await disk.read(path, 64);
  const last = Number(new TextDecoder().decode(stored).trim());
  const epoch = Math.max(Number.isSafeInteger(last) && last > 0 ? last + 1 : 1, Math.floor(wallMs));
  await disk.replace(path, new TextEncoder().encode(`${epoch}\n`), 0o640);
  return epoch;
}
