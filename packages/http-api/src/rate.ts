/** How often one may do something: a bucket of tokens for each, filled by time. Bounded: the longest unseen is forgotten. */
import type { Clock } from '@muster/actor';

export interface Rate {
  /** Takes a token of `who`: 0, or the seconds (at least 1) until there is one. */
  take(who: string): number;
  /** The same, without taking one. */
  wait(who: string): number;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

const mostBuckets = 10_000;

/** `burst` at once, `perMinute` in the long run. Both above 0. */
export function openRate(clock: Clock, perMinute: number, burst: number = perMinute): Rate {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;
  const fill = (who: string, now: number): number => {
    const { tokens, at } = buckets.get(who) ?? { tokens: burst, at: now };
    return Math.min(burst, tokens + (now - at) * perMs);
  };
  const secondsFor = (tokens: number): number =>
    tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
  return {
    wait: (who) => secondsFor(fill(who, clock.now())),
    take: (who) => {
      const now = clock.now();
      const tokens = fill(who, now);
      const wait = secondsFor(tokens);
      buckets.delete(who);
      const [oldest] = buckets.keys();
      if (buckets.size >= mostBuckets && oldest !== undefined) buckets.delete(oldest);
      buckets.set(who, { tokens: wait === 0 ? tokens - 1 : tokens, at: now });
      return wait;
    },
  };
}
