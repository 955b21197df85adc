/** How far a node's steady time is from ours. Pure. */
import type { AgentUpdate, BatchRow } from '@muster/protocol';

/**
 * The least difference between our time at receipt and the sender's at sending, over the last minute or two: what
 * is left of a delay beside the shortest would make a late word look new.
 */
export interface Offset {
  readonly current: number;
  readonly previous: number;
  /** When the present minute began, our node time, ms. */
  readonly since: number;
}

const minuteMs = 60_000;

/** Something that left at `sentMs` of the sender's time came at `receivedMs` of ours. */
export function sampled(before: Offset | undefined, sentMs: number, receivedMs: number): Offset {
  const sample = receivedMs - sentMs;
  const fresh = { current: sample, previous: Number.POSITIVE_INFINITY, since: receivedMs };
  if (before === undefined || receivedMs - before.since >= 2 * minuteMs) return fresh;
  if (receivedMs - before.since >= minuteMs)
    return { ...fresh, previous: before.current, since: before.since + minuteMs };
  return sample < before.current ? { ...before, current: sample } : before;
}

export const offsetMs = ({ current, previous }: Offset): number => Math.min(current, previous);

/** When a batch left and came, and by how much its sender's time is behind ours. */
export interface Times {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly offset: number;
}

/** A row on our time; never in the future, so that no clock claims an agent for longer than it deserves. */
export function onOurTime(row: BatchRow, { sentMs, receivedMs, offset }: Times): AgentUpdate {
  const { ageMs, disconnectedAgeMs, ...update } = row;
  const ours = (age: number): number => Math.max(1, Math.min(receivedMs, sentMs - age + offset));
  return {
    ...update,
    seenMs: ours(ageMs),
    disconnectedMs: disconnectedAgeMs === undefined ? 0 : ours(disconnectedAgeMs),
  };
}
