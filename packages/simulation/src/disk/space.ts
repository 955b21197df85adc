/** Writing on a disk that may be full. */
import type { Author } from '../happenings.ts';
import { append } from './changes.ts';
import type { File, Place } from './inode.ts';
import type { Volume } from './volume.ts';

/** Appends what fits; `ENOSPC` when that is not all. */
export function fillIn(volume: Volume, at: Place, file: File, bytes: Uint8Array, by: Author): string | undefined {
  const { faults } = volume;
  if (faults.freeBytes === undefined) {
    append(volume, at, file, bytes, by);
    return undefined;
  }
  const fits = Math.max(0, Math.min(bytes.length, faults.freeBytes));
  faults.freeBytes -= fits;
  if (fits > 0) append(volume, at, file, bytes.subarray(0, fits), by);
  return fits < bytes.length ? 'ENOSPC' : undefined;
}
