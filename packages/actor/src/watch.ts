import type { Cell } from './cell.ts';
import type { StopReason } from './child.ts';
import { cellOf, type Ref } from './ref.ts';

/**
 * Calls `notify` once, later, when the watched actor is no more: stopped, or given up for good.
 * Restarts are not told. An actor that is already stopped is told of at once (in a microtask). The
 * returned function ends the watch. `notify` should only `tell`; its throw is reported as a crash
 * of the watched actor that changes nothing.
 */
export function watch(watched: Ref<never>, notify: (reason: StopReason) => void): () => void {
  const cell = cellOf(watched);
  if (cell === undefined) throw new Error(`${watched.path} is the address of an answer: only actors can be watched`);
  // A function of its own for each watch: the same `notify` may be given twice.
  const watcher = (reason: StopReason): void => notify(reason);
  const stopped = cell.status === 'stopped';
  const watchers = stopped ? new Set<typeof watcher>() : (cell.watchers ?? new Set());
  watchers.add(watcher);
  if (stopped) queueMicrotask(() => tellAll(cell, watchers, 'stopped'));
  else cell.watchers = watchers;
  return () => void watchers.delete(watcher);
}

/** Tells every watcher, in the order they came, and forgets them. */
export function notifyWatchers(cell: Cell, reason: StopReason): void {
  const { watchers } = cell;
  cell.watchers = undefined;
  if (watchers !== undefined) tellAll(cell, watchers, reason);
}

function tellAll(cell: Cell, watchers: ReadonlySet<(reason: StopReason) => void>, reason: StopReason): void {
  for (const watcher of watchers) {
    try {
      watcher(reason);
    } catch (error) {
      cell.runtime.observer.crashed?.(cell.path, error, 'stop');
    }
  }
}
