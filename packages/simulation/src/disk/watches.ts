/** Watches, as inotify and `fs.watch` have them: of an inode, not of a path; told by hints that may be late, lost or doubled. */
import { type Disk, DiskError, type Watch, WatchExhausted } from '@muster/tree';
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import type { Inode } from './inode.ts';
import { followed } from './paths.ts';
import type { Volume } from './volume.ts';

export interface Watches {
  readonly watch: Disk['watch'];
  /** Watches that are open. */
  open(): number;
  /** Hints that were lost because too many were waiting. */
  overflown(): number;
}

export function openWatches(volume: Volume, host: Host, dice: Dice): Watches {
  const open = new Set<Watch>();
  const queue: Queue = { waiting: 0, overflown: 0 };
  host.onDeath(() => {
    for (const watch of [...open]) watch.close();
  });
  return {
    watch: (directory, changed, failed) => {
      const { inode, before } = watched(volume, directory);
      const watch = openWatch(volume, host, dice, queue, inode, {
        changed: (name) => changed(name ?? directory.slice(directory.lastIndexOf('/') + 1)),
        isGone: () => inodeOf(volume, directory) !== before,
        failed: () => failed(new DiskError('ENOENT', directory)),
        closed: () => open.delete(watch),
      });
      open.add(watch);
      return watch;
    },
    open: () => open.size,
    overflown: () => queue.overflown,
  };
}

/** Linux's `fs.inotify.max_queued_events`. */
const kernelQueue = 16_384;

/** Of all watches of a process: what the kernel holds for it. */
interface Queue {
  waiting: number;
  overflown: number;
}

interface Hearer {
  /** Without a name: the watched itself. */
  readonly changed: (name: string | undefined) => void;
  /** Whether the path leads to something else by now. */
  readonly isGone: () => boolean;
  readonly failed: () => void;
  readonly closed: () => void;
}

function watched(volume: Volume, directory: string): { inode: Inode; before: bigint | undefined } {
  const found = followed(volume, directory);
  if (typeof found === 'string') throw new DiskError(found, directory);
  if (volume.watches >= volume.faults.maxWatches) throw new WatchExhausted(directory, 'ENOSPC');
  return { inode: found.inode, before: found.inode.number };
}

function inodeOf(volume: Volume, path: string): bigint | undefined {
  const found = followed(volume, path);
  return typeof found === 'string' ? undefined : found.inode.number;
}

function openWatch(volume: Volume, host: Host, dice: Dice, queue: Queue, inode: Inode, hearer: Hearer): Watch {
  let waiting: (string | undefined)[] = [];
  let isOpen = true;
  const watcher = {
    hint: (name: string | undefined): void => {
      const { maxLateMs, lost, twice, queued = kernelQueue } = volume.faults.hints;
      const isLost = dice.chance(lost);
      const isDouble = dice.chance(twice);
      if (isLost || (waiting.length > 0 && waiting.at(-1) === name)) return;
      if (queue.waiting >= queued) {
        queue.overflown += 1;
        return;
      }
      if (waiting.length === 0) host.after(maxLateMs * dice.next(), 'hint', deliver);
      waiting.push(name);
      if (isDouble) waiting.push(name);
      queue.waiting += isDouble ? 2 : 1;
    },
  };
  const deliver = (): void => {
    const names = waiting;
    waiting = [];
    queue.waiting -= names.length;
    for (const name of names) {
      if (!isOpen) return;
      hearer.changed(name);
      if (name !== undefined || !hearer.isGone()) continue;
      close();
      hearer.failed();
    }
  };
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    inode.watchers?.delete(watcher);
    volume.watches -= 1;
    hearer.closed();
  };
  inode.watchers ??= new Set();
  inode.watchers.add(watcher);
  volume.watches += 1;
  return { close };
}
