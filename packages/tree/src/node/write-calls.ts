/** System calls that change the disk, done synchronously in a worker thread. */
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import type { DiskFailure, DiskStep, Owner } from '../disk.ts';
import { statFields } from '../packed.ts';
import type { RawSteps } from './calls.ts';
import { type Confined, openConfined } from './confined.ts';
import { codeOf, failed, packInto } from './read-calls.ts';
import { syncDirectory } from './sync-calls.ts';

export function replace(path: string, bytes: Uint8Array, mode: number): void {
  const temporary = `${path}.new`;
  fs.rmSync(temporary, { force: true });
  const flags = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW;
  const descriptor = fs.openSync(temporary, flags, 0o600);
  try {
    fs.writeFileSync(descriptor, bytes);
    fs.fchmodSync(descriptor, mode);
    fs.fdatasyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
  fs.renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** Missing parents too. The mode is set again, for the umask takes from it. */
function makeDirectory(path: string, mode: number, owner: Owner | undefined): void {
  try {
    fs.mkdirSync(path, mode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && fs.lstatSync(path).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT') throw error;
    makeDirectory(dirname(path), mode, owner);
    fs.mkdirSync(path, mode);
  }
  fs.chmodSync(path, mode);
  if (owner !== undefined) fs.chownSync(path, owner.uid, owner.gid);
}

/** `chmod` follows symlinks, so the mode is set on a descriptor that does not. */
function onFile(path: string, act: (descriptor: number) => void): void {
  const flags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;
  const descriptor = fs.openSync(path, flags);
  try {
    if (!fs.fstatSync(descriptor).isFile()) throw Object.assign(new Error('not a file'), { code: 'NOT_A_FILE' });
    act(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Node hands times over as seconds in a double, exact to some 200 ns: half a microsecond more keeps the
 * millisecond from becoming the one before.
 */
function setMtime(descriptor: number, mtimeMs: number): void {
  const seconds = mtimeMs / 1_000 + 0.000_000_5;
  fs.futimesSync(descriptor, seconds, seconds);
}

/** A directory is never carried along: what was planned was a file. */
function rename(from: string, to: string): void {
  if (fs.lstatSync(from).isDirectory())
    throw Object.assign(new Error('a directory'), { code: 'EISDIR', syscall: 'rename' });
  fs.renameSync(from, to);
}

/** Missing directories are made from the top, so those that are there are looked at first. */
function confine(step: DiskStep, confined: Confined): void {
  if (step.within === undefined) return;
  if (step.do === 'rename') {
    confined(step.from, step.within);
    confined(step.to, step.within);
  } else if (step.do === 'make-directory') confinedSoFar(step.path, step.within, confined);
  else confined(step.path, step.within);
}

function confinedSoFar(path: string, within: string, confined: Confined): void {
  try {
    confined(path, within);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function take(step: DiskStep): string {
  switch (step.do) {
    case 'rename':
      rename(step.from, step.to);
      return step.to;
    case 'unlink':
      fs.unlinkSync(step.path);
      return '';
    case 'make-directory':
      makeDirectory(step.path, step.mode, step.owner);
      return '';
    case 'remove-directory':
      fs.rmdirSync(step.path);
      return '';
    case 'chmod':
      onFile(step.path, (descriptor) => fs.fchmodSync(descriptor, step.mode));
      return step.path;
    case 'chown':
      onFile(step.path, (descriptor) => fs.fchownSync(descriptor, step.owner.uid, step.owner.gid));
      return step.path;
    case 'set-mtime':
      onFile(step.path, (descriptor) => setMtime(descriptor, step.mtimeMs));
      return step.path;
  }
}

/** Takes each step, whatever became of the one before. */
export function steps(all: readonly DiskStep[]): RawSteps {
  const packed = new BigInt64Array(all.length * statFields);
  const failures = new Map<number, DiskFailure>();
  const confined = openConfined();
  all.forEach((step, index) => {
    try {
      confine(step, confined);
      const left = take(step);
      const stat = left === '' ? undefined : fs.lstatSync(left, { bigint: true, throwIfNoEntry: false });
      if (stat !== undefined) packInto(packed, index, stat);
    } catch (error) {
      failures.set(index, failed(error, 'path' in step ? step.path : step.to));
    }
  });
  return { packed, failures };
}
