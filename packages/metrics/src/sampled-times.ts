/** How long messages wait and take: two histograms, fed by the kernel with each 64th message. */
import type { Observer } from '@muster/actor';
import type { Times } from './sample.ts';

export interface SampledTimes {
  /** For `openNodeSystem`. */
  readonly observer: Pick<Observer, 'sampled'>;
  readonly waiting: () => Times;
  readonly handling: () => Times;
}

/** Seconds: from a message that is nothing to one that stops a node. */
const bounds = [0.000_01, 0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5] as const;

export function openSampledTimes(): SampledTimes {
  const waiting = openHistogram();
  const handling = openHistogram();
  return {
    observer: {
      sampled: (waitMs, handlingMs) => {
        waiting.add(waitMs);
        handling.add(handlingMs);
      },
    },
    waiting: waiting.read,
    handling: handling.read,
  };
}

/** A bound is its bucket's own. Short times are found first, for most are. */
function openHistogram(): { readonly add: (ms: number) => void; readonly read: () => Times } {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sumMs = 0;
  return {
    add: (ms) => {
      const seconds = ms / 1_000;
      let bucket = 0;
      while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++;
      counts[bucket] = (counts[bucket] as number) + 1;
      sumMs += ms;
    },
    read: () => ({ bounds, counts: cumulated(counts), sum: sumMs / 1_000 }),
  };
}

function cumulated(counts: readonly number[]): readonly number[] {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum;
  });
}
