import { join } from 'node:path';
import { types } from 'node:util';
import { compressFile, unpackedFiles } from './compress.ts';
import { type Owner, openDayFile } from './day-file.ts';

/** `R/logs/cluster.log`. A line that was written is with the system: it survives the end of this process. */
export interface ClusterFile {
  /** Appends a line, without its end. Never throws: a failure is told once, until it is over. */
  write(line: string): void;
  /** Opens the file anew at the next line: after someone else has renamed it. */
  reopen(): void;
  /** Resolves when packing in flight has ended. */
  close(): Promise<void>;
}

export interface ClusterFileOptions {
  /** R. */
  readonly root: string;
  /** Who new files belong to; the daemon's own user when undefined. */
  readonly owner?: Owner | undefined;
  readonly wallNow: () => number;
  /** Told of the beginning of a failure and of its end; never of each line. */
  readonly trouble: (text: string) => void;
}

/** Lines that are kept while the file cannot be written, and written when it can again. Of more, the oldest are lost. */
export const maxKeptLines = 1000;

export function openClusterFile({ root, owner, wallNow, trouble }: ClusterFileOptions): ClusterFile {
  const path = join(root, 'logs', 'cluster.log');
  const archive = join(root, 'logs', 'cluster');
  const packer = openPacker(trouble);
  const putAway = (file: string): void => packer.pack(async () => [file]);
  const file = openDayFile({ path, archive, owner, wallNow, putAway, trouble });
  let waiting: readonly string[] | undefined;
  let lost = 0;

  const failed = (line: string, cause: unknown): void => {
    if (waiting === undefined) trouble(`${path} cannot be written, lines are kept until it can: ${reasonOf(cause)}`);
    const lines = [...(waiting ?? []), line];
    lost += Math.max(0, lines.length - maxKeptLines);
    waiting = lines.slice(-maxKeptLines);
    attempt(file.drop);
  };

  const healed = (): void => {
    trouble(`${path} can be written again${lost === 0 ? '' : `; ${lost} lines were lost`}.`);
    waiting = undefined;
    lost = 0;
  };

  // What an earlier run put away and did not pack.
  packer.pack(() => unpackedFiles(archive));
  return {
    write: (line) => {
      try {
        // A failed write may have left half a line: what comes after it begins on a line of its own.
        file.append(waiting === undefined ? `${line}\n` : `\n${[...waiting, line].join('\n')}\n`);
        if (waiting !== undefined) healed();
      } catch (cause) {
        failed(line, cause);
      }
    },
    reopen: () => attempt(file.drop),
    close: async () => {
      attempt(file.drop);
      await packer.idle();
    },
  };
}

/** Packs one file after the other, in the background. A file that cannot be packed stays, until the next start. */
function openPacker(trouble: (text: string) => void): {
  readonly pack: (files: () => Promise<readonly string[]>) => void;
  readonly idle: () => Promise<void>;
} {
  let last: Promise<void> = Promise.resolve();
  const packAll = async (files: () => Promise<readonly string[]>): Promise<void> => {
    for (const file of await files()) await compressFile(file);
  };
  return {
    pack: (files) => {
      last = last
        .then(() => packAll(files))
        .catch((cause) => trouble(`A log file could not be packed and stays as it is: ${reasonOf(cause)}`));
    },
    idle: () => last,
  };
}

/** Closing gives the descriptor up even when it fails; what it fails with was told by the write before. */
function attempt(close: () => void): void {
  try {
    close();
  } catch {}
}

const reasonOf = (cause: unknown): string => (types.isNativeError(cause) ? cause.message : String(cause));
