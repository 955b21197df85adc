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
  let live = true;
  const once = (reason: StopReason): void => {
    if (live) notify(reason);
    live = false;
  };
  if (cell.status === 'stopped') queueMicrotask(() => call(cell, once, 'stopped'));
  else {
    cell.watchers ??= new Set();
    cell.watchers.add(once);
  }
  return () => {
    live = false;
    cell.watchers?.delete(once);
  };
}

/** Tells every watcher, in the order they came. */
export function notifyWatchers(cell: Cell, reason: StopReason): void {
  const { watchers } = cell;
  cell.watchers = undefined;
  for (const watcher of watchers ?? []) call(cell, watcher, reason);
}

function call(cell: Cell, watcher: (reason: StopReason) => void, reason: StopReason): void {
  try {
    watcher(reason);
  } catch (error) {
    cell.runtime.observer.crashed?.(cell.path, error, 'stop');
  }
}
