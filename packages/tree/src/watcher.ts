/** Tells which directories changed. A hint: what is missed, the periodic full scan finds. */
import type { Clock } from '@muster/actor';
import { splitPath } from '@muster/protocol';
import type { Disk, Watch } from './disk.ts';
import { WatchExhausted } from './disk-error.ts';

export interface TreeWatcherDeps {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Absolute path of R. */
  readonly root: string;
  /** Milliseconds over which changes are collected, from the first on. */
  readonly coalesceMs: number;
  /** Relative to R. */
  readonly directories: readonly string[];
  /** Directories, relative to R, in which something changed. */
  readonly dirty: (directories: ReadonlySet<string>) => void;
  /** Called once: from now on nothing is watched, poll instead. */
  readonly exhausted: (error: Error) => void;
}

export interface TreeWatcher {
  /** Watches exactly these. One that is new counts as changed, for it may have been before the watch stood. */
  setDirectories(directories: readonly string[]): void;
  close(): void;
}

/** Milliseconds between two tries to watch a directory that could not be watched: it may come back any time. */
const retryMs = 1_000;

export function openTreeWatcher({
  disk,
  clock,
  root,
  coalesceMs,
  directories,
  dirty,
  exhausted,
}: TreeWatcherDeps): TreeWatcher {
  const watches = new Map<string, Watch>();
  let marked = new Set<string>();
  let cancel: (() => void) | undefined;
  /** Wanted, and gone when last looked at. */
  const missing = new Set<string>();
  let cancelRetry: (() => void) | undefined;
  let closed = false;

  const mark = (directory: string): void => {
    if (closed) return;
    marked.add(directory);
    cancel ??= clock.after(coalesceMs, () => {
      const all = marked;
      marked = new Set();
      cancel = undefined;
      dirty(all);
    });
  };

  /** The directory is gone or was replaced: both it and what held it must be looked at. */
  const lost = (directory: string): void => {
    watches.delete(directory);
    mark(directory);
    mark(splitPath(directory)[0]);
    retryLater(directory);
  };

  const retryLater = (directory: string): void => {
    if (closed) return;
    missing.add(directory);
    cancelRetry ??= clock.after(retryMs, () => {
      cancelRetry = undefined;
      const again = [...missing];
      missing.clear();
      for (const each of again) if (!closed) add(each, () => retryLater(each));
    });
  };

  const add = (directory: string, failed: () => void): void => {
    try {
      watches.set(
        directory,
        disk.watch(
          `${root}/${directory}`,
          () => mark(directory),
          () => lost(directory),
        ),
      );
      mark(directory);
    } catch (error) {
      if (error instanceof WatchExhausted) {
        close();
        exhausted(error);
      } else failed();
    }
  };

  const close = (): void => {
    closed = true;
    cancel?.();
    cancel = undefined;
    cancelRetry?.();
    missing.clear();
    for (const watch of watches.values()) watch.close();
    watches.clear();
  };

  const setDirectories = (wanted: readonly string[]): void => {
    if (closed) return;
    const keep = new Set(wanted);
    for (const [directory, watch] of watches) {
      if (keep.has(directory)) continue;
      watch.close();
      watches.delete(directory);
    }
    for (const directory of missing) if (!keep.has(directory)) missing.delete(directory);
    for (const directory of wanted)
      if (!closed && !watches.has(directory) && !missing.has(directory)) add(directory, () => lost(directory));
  };

  setDirectories(directories);
  return { setDirectories, close };
}
