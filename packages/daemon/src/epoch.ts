/**
 * The epoch of this run of a master: greater than that of every run before, written down before it
 * is used, so that no two runs number different trees alike.
 */
import { type Disk, DiskError } from '@muster/tree';

/**
 * The stored epoch plus one, or the wall clock in milliseconds where that is greater (a lost file must
 * not lead back into the past). A file that holds no epoch counts as lost. Rejects with a `DiskError` when it
 * cannot be read or stored.
 */
export async function nextEpoch(disk: Pick<Disk, 'read' | 'replace'>, path: string, wallMs: number): Promise<number> {
  const epoch = Math.max((await storedEpoch(disk, path)) + 1, Math.floor(wallMs));
  await disk.replace(path, new TextEncoder().encode(`${epoch}\n`), 0o640);
  return epoch;
}

/** Digits of an epoch: room for 30,000 years of milliseconds, and far from the last whole number of the wire. */
const pattern = /^\d{1,15}$/;

/** 0 where there is none. */
async function storedEpoch(disk: Pick<Disk, 'read'>, path: string): Promise<number> {
  const stored = await disk.read(path, 64).catch((error: unknown) => {
    if (error instanceof DiskError && error.code === 'TOO_LARGE') return undefined;
    throw error;
  });
  const text = new TextDecoder().decode(stored).trim();
  return pattern.test(text) ? Number(text) : 0;
}
