/**
 * A digest over (agent, value) pairs that costs the same per change however many agents there are, and
 * tells in which range of ids two views differ. Not cryptographic: both ends are authenticated; it finds
 * accidents. A sum, so that order does not matter and a pair can be taken out again.
 */
import { MAX_AGENT_ID } from './agent.ts';

/** How many pairs, and two independent sums of their hashes modulo 2^32. */
export type DigestSum = readonly [count: number, a: number, b: number];

export const emptySum: DigestSum = [0, 0, 0];

/** Ids of one bucket: the finest range that is compared by digest. */
export const BUCKET_IDS = 256;

/** Ids `from` to `to`, both included. */
export interface IdRange {
  readonly from: number;
  readonly to: number;
}

/** All there are. */
export const allIds: IdRange = { from: 0, to: MAX_AGENT_ID };

export interface RangeDigest {
  /** Puts `value` in the place of `before`. `undefined`: no pair. Values are whole numbers from 0 to 2^53 - 1. */
  change(id: number, before: number | undefined, value: number | undefined): void;
  /** Of everything. */
  readonly sum: () => DigestSum;
  /** Of the buckets in `range`, whose bounds are those of buckets. */
  sumOf(range: IdRange): DigestSum;
  /** `range` cut at the bounds of buckets into at most `parts` that hold about as many pairs each; they cover all of it. One bucket is not cut. */
  split(range: IdRange, parts: number): readonly IdRange[];
  clear(): void;
}

export const sameSum = (one: DigestSum, other: DigestSum): boolean =>
  one[0] === other[0] && one[1] === other[1] && one[2] === other[2];

/** Whether no digest can cut `range` further: its pairs are to be compared themselves. */
export const isBucket = ({ from, to }: IdRange): boolean =>
  Math.floor(from / BUCKET_IDS) === Math.floor(to / BUCKET_IDS);
