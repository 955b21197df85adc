/** Adapter: stats of a few paths without the threads: a look now and then must neither start them nor keep them from ending. */
import { lstat } from 'node:fs/promises';
import type { DiskFailure, FileStat } from '../disk.ts';
import { unpackStat } from '../packed.ts';
import { codeOf, packedStat } from './read-calls.ts';

/** More are quicker in one call of a thread. */
export const fewStats = 8;

export const statFew = (paths: readonly string[]): Promise<(FileStat | DiskFailure)[]> =>
  Promise.all(
    paths.map((path) =>
      lstat(path, { bigint: true }).then(
        (stat): FileStat | DiskFailure => unpackStat(packedStat(stat), 0),
        (error: unknown): FileStat | DiskFailure => ({ code: codeOf(error), path }),
      ),
    ),
  );
