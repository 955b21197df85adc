/** Many seeds over several children. */
import type { Outcome } from '../world/outcome.ts';
import type { Child } from './child.ts';
import type { Job } from './messages.ts';

export interface PoolOptions {
  /** Children at work at the same time. At least 1. */
  readonly jobs: number;
  readonly openChild: () => Child;
  readonly seeds: { readonly from: number; readonly count: number };
  readonly jobOf: (seed: number) => Job;
  /** In the order in which they come in, which is not that of the seeds. */
  readonly done: (outcome: Outcome) => void;
  /** Ends it early: nothing new is begun, and nothing waited for. */
  readonly stop: AbortSignal;
  /** No seed above the lowest failed one is begun. */
  readonly untilFailure?: boolean;
}

/** Resolves when every seed is done or it was stopped; no child is left then. Rejects with `ChildStartError`. */
export async function runPool(options: PoolOptions): Promise<void> {
  const { from, count } = options.seeds;
  let next = from;
  let end = from + count;
  const children = Array.from({ length: Math.min(options.jobs, count) }, () => options.openChild());
  const work = async (child: Child): Promise<void> => {
    while (next < end && !options.stop.aborted) {
      const outcome = await child.run(options.jobOf(next++));
      if (options.stop.aborted) return;
      if (!outcome.ok && options.untilFailure === true) end = Math.min(end, outcome.seed);
      options.done(outcome);
    }
  };
  try {
    await Promise.race([Promise.all(children.map(work)), whenStopped(options.stop)]);
  } finally {
    for (const child of children) child.close();
  }
}

/** Resolves when it is asked to stop. */
export const whenStopped = (stop: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (stop.aborted) resolve(undefined);
    else stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });
