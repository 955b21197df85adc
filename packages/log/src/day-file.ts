/** Adapter: one log file that is put away when the day changes. Its calls are synchronous. */
import {
  chownSync,
  closeSync,
  constants,
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
import { dirname, join } from 'node:path';
import { archivePlace, type Day, dayOf, mustRotate } from './rotation.ts';

export interface DayFile {
  /** Appends, after the change of day if there was one. Throws the system's error; part may have been written. */
  append(text: string): void;
  /** Closes the file; the next append opens what then lies at the path. */
  drop(): void;
}

export interface DayFileOptions {
  readonly path: string;
  /** Where files of past days go. */
  readonly archive: string;
  readonly owner: Owner | undefined;
  readonly wallNow: () => number;
  /** The file of a past day, renamed and complete. */
  readonly putAway: (file: string) => void;
  readonly trouble: (text: string) => void;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

interface OpenFile {
  readonly fd: number;
  readonly device: bigint;
  readonly inode: bigint;
  /** A device or pipe (`/dev/stdout` in a container) is never put away. */
  readonly regular: boolean;
  /** Of its last line. */
  readonly day: Day;
}

/**
 * Before each line the path is looked at (a few microseconds), so that no line goes to a file that someone
 * renamed or deleted. At a change of day the file is renamed and a new one opened before the line is written.
 */
export function openDayFile(options: DayFileOptions): DayFile {
  const { path, owner, wallNow } = options;
  let open: OpenFile | undefined;

  const drop = (): void => {
    const { fd } = open ?? {};
    open = undefined;
    if (fd !== undefined) closeSync(fd);
  };

  const current = (today: Day): OpenFile => {
    if (open !== undefined && !isStill(open, path)) drop();
    open ??= openFile(path, owner, today);
    if (open.regular && mustRotate(open.day, today) && rotate(options, open.day)) drop();
    open = { ...(open ?? openFile(path, owner, today)), day: today };
    return open;
  };

  return {
    append: (text) => {
      const { fd } = current(dayOf(wallNow()));
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    },
    drop,
  };
}

function openFile(path: string, owner: Owner | undefined, today: Day): OpenFile {
  makeFolder(dirname(path), owner);
  const fd = openWithoutWaiting(path);
  const stat = fstatSync(fd, { bigint: true });
  const regular = stat.isFile();
  if (regular) own(fd, owner);
  // The file may be older than this process: its last line is as old as its last change.
  const day = stat.size === 0n ? today : dayOf(Number(stat.mtimeMs));
  return { fd, device: stat.dev, inode: stat.ino, regular, day };
}

/** To append. A pipe that nobody reads is refused, and one that is read too slowly fails the write: neither holds the process up. */
function openWithoutWaiting(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  try {
    return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o660);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENXIO') throw cause;
    throw new Error('it is no file, but a pipe that nobody reads, or a socket; move it away', { cause });
  }
}

function isStill(file: OpenFile, path: string): boolean {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  return there !== undefined && there.ino === file.inode && there.dev === file.device;
}

/** False when it failed: that is told, the file goes on, and the next change of day tries again. */
function rotate({ path, archive, owner, putAway, trouble }: DayFileOptions, day: Day): boolean {
  try {
    putAway(moveAway(path, archive, day, owner));
    return true;
  } catch (cause) {
    trouble(`${path} could not be put away for the new day and goes on: ${(cause as Error).message}`);
    return false;
  }
}

/** Renames the file into its day's folder; gives the new path. An earlier file of the day that is not packed yet stays. */
function moveAway(path: string, archive: string, day: Day, owner: Owner | undefined): string {
  const place = archivePlace(day);
  const folder = join(archive, place.folder);
  makeFolder(folder, owner);
  let target = join(folder, place.name);
  for (let count = 1; existsSync(target); count += 1) target = join(folder, `${place.name}.${count}`);
  renameSync(path, target);
  return target;
}

/** With its parents, mode 0750; what is there already stays as it is. */
function makeFolder(folder: string, owner: Owner | undefined): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o750 });
  if (first === undefined || owner === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    permitted(() => chownSync(made, owner.uid, owner.gid));
  }
}

/** Mode 0660, whatever the umask; a file of another user is left as it is. */
const own = (fd: number, owner: Owner | undefined): void =>
  permitted(() => {
    fchmodSync(fd, 0o660);
    if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
  });

/** Does what only the owner, or root, may do; where we are neither, nothing. */
function permitted(change: () => void): void {
  try {
    change();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') throw cause;
  }
}
