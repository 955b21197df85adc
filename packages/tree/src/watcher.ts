/** Tells which directories changed. A hint: what is missed, the periodic full scan finds. */
import type { Clock } from '@muster/actor';
import { splitPath } from '@muster/protocol';
import type { Disk, Watch } from './disk.ts';
import { WatchExhausted } from './disk-error.ts';
import { underAny } from './paths.ts';

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
  /** Tries once more to watch what was not there. Where the directory above is watched, nobody need ask. */
  retry(): void;
  close(): void;
}

/** Some milliseconds of work. */
const watchesATurn = 500;

export function openTreeWatcher(deps: TreeWatcherDeps): TreeWatcher {
  const { disk, clock, root, coalesceMs, dirty, exhausted } = deps;
  const watches = new Map<string, Watch>();
  /** Wanted, and not there when last looked for. */
  const missing = new Set<string>();
  /** Of those that are missing, the ones that may be there by now; and directories of which all below may be. */
  let hoped = new Set<string>();
  let hopedBelow = new Set<string>();
  /** Directories that went, with watches below them that may still stand. */
  let gone = new Set<string>();
  let marked = new Set<string>();
  let cancel: (() => void) | undefined;
  let closed = false;
  let waiting: string[] = [];
  let adding = false;

  const mark = (directory: string): void => {
    if (closed) return;
    marked.add(directory);
    cancel ??= clock.after(coalesceMs, flush);
  };

  const flush = (): void => {
    sweep();
    const all = marked;
    const [again, below] = [hoped, hopedBelow];
    [marked, hoped, hopedBelow, cancel] = [new Set(), new Set(), new Set(), undefined];
    for (const directory of missing)
      if (again.has(directory) || below.has(splitPath(directory)[0])) waiting.push(directory);
    void addWaiting();
    dirty(all);
  };

  const drop = (directory: string): void => {
    watches.get(directory)?.close();
    watches.delete(directory);
    missing.add(directory);
    hoped.add(directory);
    mark(directory);
  };

  /** Thousands may go at once: those below them are looked for together, not once for each. */
  const lost = (directory: string): void => {
    if (closed) return;
    drop(directory);
    gone.add(directory);
    mark(splitPath(directory)[0]);
  };

  /** A watch follows the directory, not its path: where the directory moved, those of all below point elsewhere too. */
  const sweep = (): void => {
    if (gone.size === 0) return;
    for (const directory of [...watches.keys()]) if (underAny(directory, gone)) drop(directory);
    gone = new Set();
  };

  const changed = (directory: string, name: string | undefined): void => {
    if (closed) return;
    mark(directory);
    if (name === undefined) hopedBelow.add(directory);
    const below = `${directory}/${name ?? ''}`;
    if (watches.has(below)) lost(below);
    else if (missing.has(below)) hoped.add(below);
  };

  const add = (directory: string): void => {
    const wasMissing = missing.has(directory);
    try {
      watches.set(
        directory,
        disk.watch(
          `${root}/${directory}`,
          (name) => changed(directory, name),
          () => lost(directory),
        ),
      );
      missing.delete(directory);
      hopedBelow.add(directory);
      mark(directory);
    } catch (error) {
      if (error instanceof WatchExhausted) {
        close();
        exhausted(error);
      } else if (!wasMissing) lost(directory);
    }
  };

  const close = (): void => {
    closed = true;
    cancel?.();
    cancel = undefined;
    for (const watch of watches.values()) watch.close();
    watches.clear();
    missing.clear();
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
    sweep();
    const keep = new Set(wanted);
    for (const [directory, watch] of watches) {
      if (keep.has(directory)) continue;
      watch.close();
      watches.delete(directory);
    }
    for (const directory of missing) if (!keep.has(directory)) missing.delete(directory);
    waiting = wanted.filter((directory) => !watches.has(directory));
    void addWaiting();
  };

  const retry = (): void => {
    sweep();
    for (const directory of [...missing]) if (!closed) add(directory);
  };

  setDirectories(deps.directories);
  return { setDirectories, retry, close };
}
