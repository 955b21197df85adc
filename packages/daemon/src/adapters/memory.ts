/** Adapter: gives memory back to the system after work (`docs/adr/0010-memory-at-rest.md`). */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface HeapPort {
  /** Bytes that V8 has taken from the system for its heap, and those outside of it that it knows of. */
  readonly takenBytes: () => number;
  /** Collects all garbage. Stops the event loop, for less than 50 ms with 50,000 files known. */
  readonly collect: () => void;
  /** Calls `run` once, later; does not keep the process alive. */
  readonly after: (ms: number, run: () => void) => void;
}

/** Less is not worth a stop of the event loop. */
export const worthBytes = 16 * 1024 * 1024;
/** What the first collection frees is unmapped in the background; the second returns the pages of what was left. */
export const secondMs = 1_000;

/**
 * To be called when the disk has been at rest for a while: without work V8 never collects, and the
 * garbage of the last large synchronisation, 100 MB and more, would be ours for days.
 *
 * Does nothing unless the heap has grown by 16 MiB since it was left last.
 */
export function openRest({ takenBytes, collect, after }: HeapPort): () => void {
  let left = 0;
  return () => {
    if (takenBytes() - left < worthBytes) return;
    collect();
    after(secondMs, () => {
      collect();
      left = takenBytes();
    });
  };
}

/** This process's heap. */
export function systemHeap(): HeapPort {
  let gc: (() => void) | undefined;
  return {
    takenBytes: () => {
      const { heapTotal, external } = process.memoryUsage();
      return heapTotal + external;
    },
    collect: () => {
      gc ??= exposedCollector();
      gc();
    },
    after: (ms, run) => void setTimeout(run, ms).unref(),
  };
}

/** Contexts made after the flag was set have `gc`; ours, made before, has not. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
