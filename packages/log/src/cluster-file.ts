/** Adapter: the file `R/logs/cluster.log`. Its calls are synchronous, so that a line that was logged is with the system. */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { compressFile, unpackedFiles } from './compress.ts';
import { archivePlace, type Day, dayOf, mustRotate } from './rotation.ts';

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
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  readonly wallNow: () => number;
  /** Told of the first failure of a kind and of its end; never of each line. */
  readonly trouble: (text: string) => void;
}

/** Lines that are kept while the file cannot be written, to be written when it can again. The oldest go first. */
const maxKept = 1000;

interface OpenFile {
  readonly fd: number;
  readonly device: bigint;
  readonly inode: bigint;
  /** A device or pipe (`/dev/stdout` in a container) is never put away. */
  readonly regular: boolean;
}

/**
 * The day changes: the file is renamed and a new one opened before the next line is written, so no line is
 * lost; packing follows in the background. Before each line the path is looked at (a few microseconds): a
 * file that someone renamed or deleted is opened anew, and no line goes to the old one.
 */
export function openClusterFile({ root, owner, wallNow, trouble }: ClusterFileOptions): ClusterFile {
  const logs = join(root, 'logs');
  const path = join(logs, 'cluster.log');
  const archive = join(logs, 'cluster');
  let open: OpenFile | undefined;
  let day: Day = 0;
  let failure: string | undefined;
  let kept: string[] = [];
  let dropped = 0;
  let packing: Promise<void> = Promise.resolve();

  const pack = (files: () => Promise<readonly string[]> | readonly string[]): void => {
    packing = packing.then(async () => {
      for (const file of await files()) await compressFile(file);
    });
    packing = packing.catch((cause) =>
      trouble(`A log file could not be packed; it stays as it is: ${reasonOf(cause)}`),
    );
  };

  const drop = (): void => {
    if (open !== undefined) closeSync(open.fd);
    open = undefined;
  };

  const openNow = (): OpenFile => {
    mkdirSync(logs, { recursive: true, mode: 0o750 });
    const fd = openSync(path, 'a', 0o660);
    const stat = fstatSync(fd, { bigint: true });
    const regular = stat.isFile();
    if (regular) own(fd, owner);
    // The file may be older than this process: its last line is as old as its last change.
    day = stat.size === 0n ? dayOf(wallNow()) : dayOf(Number(stat.mtimeMs));
    return { fd, device: stat.dev, inode: stat.ino, regular };
  };

  const isStill = (file: OpenFile): boolean => {
    if (!file.regular) return true;
    const there = statSync(path, { bigint: true, throwIfNoEntry: false });
    return there !== undefined && there.ino === file.inode && there.dev === file.device;
  };

  const current = (): OpenFile => {
    if (open !== undefined && !isStill(open)) drop();
    open ??= openNow();
    const today = dayOf(wallNow());
    if (open.regular && mustRotate(day, today)) rotate();
    day = today;
    open ??= openNow();
    return open;
  };

  /** One that fails is told, and tried again the next day; meanwhile the file goes on. */
  const rotate = (): void => {
    try {
      const away = putAway(path, archive, day);
      pack(() => [away]);
      drop();
    } catch (cause) {
      trouble(`${path} could not be put away for the new day and goes on: ${reasonOf(cause)}`);
    }
  };

  const append = (text: string): void => {
    const file = current();
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(file.fd, bytes, at);
  };

  const failed = (line: string, cause: unknown): void => {
    const reason = reasonOf(cause);
    if (failure === undefined) trouble(`${path} cannot be written, lines are kept until it can: ${reason}`);
    failure = reason;
    kept.push(line);
    if (kept.length > maxKept) dropped += kept.splice(0, kept.length - maxKept).length;
    try {
      drop();
    } catch {
      // Closing gives the descriptor up even when it fails.
      open = undefined;
    }
  };

  const healed = (): void => {
    trouble(`${path} can be written again${dropped === 0 ? '' : `; ${dropped} lines were lost`}.`);
    failure = undefined;
    kept = [];
    dropped = 0;
  };

  // A failed write may have left half a line: the first line after it begins on a line of its own.
  const waiting = (line: string): string => `\n${[...kept, line].join('\n')}\n`;

  pack(() => unpackedFiles(archive));
  return {
    write: (line) => {
      try {
        append(failure === undefined ? `${line}\n` : waiting(line));
        if (failure !== undefined) healed();
      } catch (cause) {
        failed(line, cause);
      }
    },
    reopen: () => drop(),
    close: async () => {
      drop();
      await packing;
    },
  };
}

/** Renames the file into its day's folder; gives the new path. An earlier file of the day that is not packed yet stays. */
function putAway(path: string, archive: string, day: Day): string {
  const place = archivePlace(day);
  const folder = join(archive, place.folder);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  let target = join(folder, place.name);
  for (let count = 1; existsSync(target); count += 1) target = join(folder, `${place.name}.${count}`);
  renameSync(path, target);
  return target;
}

/** Mode 0660, whatever the umask; a file of another user is left as it is. */
function own(fd: number, owner: ClusterFileOptions['owner']): void {
  try {
    fchmodSync(fd, 0o660);
    if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') throw cause;
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
