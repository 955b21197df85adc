/** Adapter: the `Disk` port of one process, on the simulated disk of its machine. */
import type { Disk } from '@muster/tree';
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import { openCalls } from './calls.ts';
import type { FileSystem } from './file-system.ts';
import { readCalls } from './read-calls.ts';
import { openReader } from './readers.ts';
import { openStager } from './stage-calls.ts';
import { stepCalls } from './step-calls.ts';
import { syncCalls } from './sync-calls.ts';
import { openWatches } from './watches.ts';

export interface SimulatedDisk extends Disk {
  /** Readers and stagers that are open. */
  open(): number;
  /** Watches that are open. */
  watches(): number;
  /** Hints that were lost because more than `faults.hints.queued` were waiting. */
  overflown(): number;
}

/** `dice`: this process's own. */
export function simulatedDisk({ volume }: FileSystem, host: Host, dice: Dice): SimulatedDisk {
  const calls = openCalls(volume, host, dice.fork('calls'));
  const watches = openWatches(volume, host, dice.fork('hints'));
  let open = 0;
  const opened = (): void => {
    open += 1;
  };
  const closed = (): void => {
    open -= 1;
  };
  return {
    ...readCalls(calls),
    ...syncCalls(calls),
    steps: stepCalls(calls),
    openReader: (path) => openReader(calls, path, opened, closed),
    openStager: () => {
      opened();
      return Promise.resolve(openStager(calls, closed));
    },
    watch: watches.watch,
    turn: () => new Promise((resolve) => host.ready('turn', resolve)),
    open: () => open,
    watches: watches.open,
    overflown: watches.overflown,
  };
}
