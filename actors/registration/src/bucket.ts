/** Token buckets: how often each asker may ask. Pure. */

export interface RateLimit {
  /** Requests a second that an asker may make for long. More than 0. */
  readonly perSecond: number;
  /** Requests that it may make at once after a pause. At least 1. */
  readonly burst: number;
}

interface Bucket {
  /** As of `at`. */
  readonly tokens: number;
  readonly at: number;
}

/** By asker; whoever is not there has a full bucket. */
export type Buckets = ReadonlyMap<string, Bucket>;

/** Of a token. */
const hair = 1e-6;
/** Askers that are remembered: more than a cluster has nodes. */
const maxAskers = 1_000;

export type Taken =
  | { readonly ok: true; readonly buckets: Buckets }
  /** A refusal costs nothing: whoever waits this long is heard. */
  | { readonly ok: false; readonly retryMs: number };

/** Takes one token of `asker` at `now`, ms. */
export function take(buckets: Buckets, asker: string, now: number, limit: RateLimit): Taken {
  const tokens = tokensAt(buckets.get(asker), now, limit);
  // A hair is given: a wait that was told to the millisecond must suffice whatever was rounded.
  if (tokens + hair < 1)
    return { ok: false, retryMs: Math.max(1, Math.ceil(((1 - hair - tokens) * 1_000) / limit.perSecond)) };
  const next = new Map(buckets);
  // Anew at the end: the first is who has not asked for longest.
  next.delete(asker);
  next.set(asker, { tokens: Math.max(0, tokens - 1), at: now });
  return { ok: true, buckets: next.size > maxAskers ? withoutRested(next, now, limit) : next };
}

const tokensAt = (bucket: Bucket | undefined, now: number, { perSecond, burst }: RateLimit): number =>
  bucket === undefined ? burst : Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perSecond) / 1_000);

/** Full buckets say nothing. If all have asked lately, the one that did so first is forgotten. */
function withoutRested(buckets: Buckets, now: number, limit: RateLimit): Buckets {
  const left = [...buckets].filter(([, bucket]) => tokensAt(bucket, now, limit) < limit.burst);
  return new Map(left.slice(-maxAskers));
}
