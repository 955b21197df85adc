/** When this worker last sent statuses of agents, and how many. Pure. */
import type { Span } from './span.ts';

/** Batches that left one after the other. */
export interface SentRun extends Span {
  /** Batches, each one message. */
  readonly chunks: number;
  /** Statuses in them. An agent that reported again meanwhile counts again. */
  readonly agents: number;
}

/** A batch that leaves so soon after the answer to the one before, ms, is of the same run: less than the pause between two looks at the manager (500 ms). */
export const pauseMs = 250;
/** A run ends after this, ms, or a worker whose agents never rest would be in its first for ever. */
export const runMs = 10_000;

/** The run that a batch is of, which was sent at `startAt` and confirmed by the master at `endAt`. */
export function confirmed(before: SentRun | undefined, batch: Span & { readonly agents: number }): SentRun {
  const goesOn =
    before !== undefined && batch.startAt - before.endAt < pauseMs && batch.startAt - before.startAt < runMs;
  if (!goesOn) return { ...batch, chunks: 1 };
  return {
    startAt: before.startAt,
    endAt: batch.endAt,
    chunks: before.chunks + 1,
    agents: before.agents + batch.agents,
  };
}
