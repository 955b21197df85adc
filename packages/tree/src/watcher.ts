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
  /** Watches exactly these, the first hundreds at once and the others soon. One that is new counts as changed, for it may have been before the watch stood. */
  setDirectories(directories: readonly string[]): void;
  close(): void;
}

/** Some milliseconds of work. */
const watchesATurn = 500;

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
  let closed = false;
  let waiting: string[] = [];
  let adding = false;

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
  };

  const add = (directory: string): void => {
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
      } else lost(directory);
    }
  };

  const close = (): void => {
    closed = true;
    cancel?.();
    cancel = undefined;
    for (const watch of watches.values()) watch.close();
    watches.clear();
  };

  /** The first at once, the rest a turn of the event loop later each, so that thousands stop nobody. */
  const addWaiting = async (): Promise<void> => {
    if (adding) return;
    adding = true;
    while (waiting.length > 0 && !closed) {
      for (const directory of waiting.splice(0, watchesATurn)) if (!closed && !watches.has(directory)) add(directory);
      if (waiting.length > 0) await disk.turn();
    }
    adding = false;
  };

  const setDirectories = (wanted: readonly string[]): void => {
    if (closed) return;
    const keep = new Set(wanted);
    for (const [directory, watch] of watches) {
      if (keep.has(directory)) continue;
      watch.close();
      watches.delete(directory);
    }
    waiting = wanted.filter((directory) => !watches.has(directory));
    void addWaiting();
  };

  setDirectories(directories);
  return { setDirectories, close };
}
