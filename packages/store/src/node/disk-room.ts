/**
 * Adapter: LMDB shall not meet a full disk. Its words for a write that failed are longer than the room that it has for
 * them, which damages the memory of the process, and a lock file without blocks behind it is a bus error.
 */
import { Buffer } from 'node:buffer';
import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StoreError } from '../store-error.ts';
import { explained, refused } from './lmdb-file.ts';

/** For whoever else writes between our look and LMDB's write. */
const RESERVE_BYTES = 64 * 1024;

/** More than LMDB's lock file has for the readers that we allow. */
const LOCK_BYTES = 4 * 1024;

/** Rejects with `store-disk` when `bytes` more do not fit beside `path`. */
export async function refuseFullDisk(path: string, bytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(dirname(path));
  // Some file systems do not count.
  if (blocks === 0 || bavail * bsize >= bytes + RESERVE_BYTES) return;
  throw fullDisk(path);
}

const fullDisk = (path: string): StoreError =>
  new StoreError('store-disk', `${path} could not be written: ${explained({ code: 'ENOSPC' })}`);

/** Makes LMDB's lock file, and its folder, before LMDB maps it. Whoever has the store open already has one that is. */
export async function makeLock(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(`${path}-lock`, 'a', 0o664);
    try {
      const { size } = await file.stat();
      if (size < LOCK_BYTES) await file.appendFile(Buffer.alloc(LOCK_BYTES - size));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? fullDisk(path) : refused(path, error as Error);
  }
}
