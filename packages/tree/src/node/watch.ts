/** One watch of one directory, through `fs.watch`. */
import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename } from 'node:path';
import type { Watch } from '../disk.ts';
import { DiskError, WatchExhausted } from '../disk-error.ts';

const exhausted = new Set(['ENOSPC', 'EMFILE', 'ENFILE']);
const inodeOf = (directory: string): bigint | undefined =>
  statSync(directory, { bigint: true, throwIfNoEntry: false })?.ino;

/**
 * Calls `changed` for anything in `directory`, `failed` once when the directory itself is gone or was
 * replaced: a watch follows the directory, not its path.
 */
export function watchDirectory(
  directory: string,
  changed: (name?: string) => void,
  failed: (error: Error) => void,
): Watch {
  const before = inodeOf(directory);
  const own = basename(directory);
  const watcher = open(directory);
  const fail = (error: Error): void => {
    watcher.close();
    failed(error);
  };
  watcher.on('change', (_, filename) => {
    changed(filename?.toString());
    if (filename === own && inodeOf(directory) !== before) fail(new DiskError('ENOENT', directory));
  });
  watcher.on('error', (error) => fail(new DiskError((error as NodeJS.ErrnoException).code ?? 'UNKNOWN', directory)));
  return { close: () => watcher.close() };
}

function open(directory: string): FSWatcher {
  try {
    return watch(directory, { persistent: false });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
    throw exhausted.has(code) ? new WatchExhausted(directory, code) : new DiskError(code, directory);
  }
}
