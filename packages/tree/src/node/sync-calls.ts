/** Making durable, done synchronously in a worker thread. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { codeOf } from './read-calls.ts';

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

/**
 * Few files: each for itself, with its directory. Many: one syncfs a device, through coreutils, for
 * Node has no syncfs; where that is missing or fails, each for itself again.
 */
export function sync(files: readonly string[], directories: readonly string[], few: number): void {
  const many = files.length > few || directories.length > few;
  if (many && syncDevices(directories)) return;
  const unreadable = [
    ...files.filter((file) => !tried(() => syncFile(file))),
    ...directories.filter((directory) => !tried(() => syncDirectory(directory))),
  ];
  // What may not be opened can still have been written to: then only syncing everything is sure.
  if (unreadable.length > 0) spawnSync('sync', [], { stdio: 'ignore' });
}

/** What was there and is no more, or is something else by now, needs no sync: whoever changed it answers for it. */
const gone = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** `false`: not permitted. Throws what the device reports. */
function tried(act: () => void): boolean {
  try {
    act();
  } catch (error) {
    if (codeOf(error) === 'EACCES') return false;
    if (!gone.has(codeOf(error))) throw error;
  }
  return true;
}

function syncDevices(directories: readonly string[]): boolean {
  const oneOfEach = new Map<number, string>();
  for (const directory of directories) {
    const device = deviceOf(directory);
    if (device !== undefined && !oneOfEach.has(device)) oneOfEach.set(device, directory);
  }
  if (oneOfEach.size === 0) return true;
  const { status } = spawnSync('sync', ['-f', '--', ...oneOfEach.values()], { stdio: 'ignore' });
  return status === 0;
}

function deviceOf(directory: string): number | undefined {
  try {
    return fs.statSync(directory, { throwIfNoEntry: false })?.dev;
  } catch {
    // Its parent is something else by now.
    return undefined;
  }
}
