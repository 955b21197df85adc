/** System calls that change the disk, done synchronously in a worker thread. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import type { DiskFailure, DiskStep, Owner } from '../disk.ts';
import { statFields } from '../packed.ts';
import type { RawSteps } from './calls.ts';
import { codeOf, failed, packInto } from './read-calls.ts';

/** Durable: the name is there after a power cut only when the directory is synced too. */
export function syncDirectory(directory: string): void {
  const descriptor = fs.openSync(directory, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function syncFile(path: string): void {
  const descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    fs.fdatasyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

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
    act(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function take(step: DiskStep): string {
  switch (step.do) {
    case 'rename':
      fs.renameSync(step.from, step.to);
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
  }
}

/** Takes each step, whatever became of the one before. */
export function steps(all: readonly DiskStep[]): RawSteps {
  const packed = new BigInt64Array(all.length * statFields);
  const failures = new Map<number, DiskFailure>();
  all.forEach((step, index) => {
    try {
      const left = take(step);
      const stat = left === '' ? undefined : fs.lstatSync(left, { bigint: true, throwIfNoEntry: false });
      if (stat !== undefined) packInto(packed, index, stat);
    } catch (error) {
      failures.set(index, failed(error, 'path' in step ? step.path : step.to));
    }
  });
  return { packed, failures };
}

/**
 * Few files: each for itself, with its directory. Many: one syncfs a device, through coreutils, for
 * Node has no syncfs; where that is missing, each for itself again.
 */
export function sync(files: readonly string[], directories: readonly string[], few: number): void {
  const many = files.length > few || directories.length > few;
  if (many && syncDevices(directories)) return;
  for (const file of files) ignoreGone(() => syncFile(file));
  for (const directory of directories) ignoreGone(() => syncDirectory(directory));
}

function ignoreGone(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function syncDevices(directories: readonly string[]): boolean {
  const oneOfEach = new Map<number, string>();
  for (const directory of directories) {
    const stat = fs.statSync(directory, { throwIfNoEntry: false });
    if (stat !== undefined && !oneOfEach.has(stat.dev)) oneOfEach.set(stat.dev, directory);
  }
  if (oneOfEach.size === 0) return true;
  const { status } = spawnSync('sync', ['-f', '--', ...oneOfEach.values()], { stdio: 'ignore' });
  return status === 0;
}
