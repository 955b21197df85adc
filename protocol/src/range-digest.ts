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
  /** Of the buckets that `range` touches: whoever asks cuts at the bounds of buckets. Nothing when it is the wrong way round. */
  sumOf(range: IdRange): DigestSum;
  /**
   * `range` cut at the bounds of buckets into at most `parts` (2 or more); they cover all of it, in order. Half of
   * the cuts share its pairs out, half its ids, so that every cut brings whoever looks for a difference nearer
   * to it, even where only the other side has pairs. One bucket is not cut.
   */
  split(range: IdRange, parts: number): readonly IdRange[];
  clear(): void;
}

export const sameSum = (one: DigestSum, other: DigestSum): boolean =>
  one[0] === other[0] && one[1] === other[1] && one[2] === other[2];

/** Whether no digest can cut `range` further: its pairs are to be compared themselves. */
export const isBucket = ({ from, to }: IdRange): boolean =>
  Math.floor(from / BUCKET_IDS) === Math.floor(to / BUCKET_IDS);

/** Bits of a bucket's number below which each level of the tree stands, root first: 16 children each, 2^23 buckets. */
const shifts = [20, 16, 12, 8, 4, 0] as const;
const LAST = shifts.length - 1;
const bucketOf = (id: number): number => Math.floor(Math.min(Math.max(id, 0), MAX_AGENT_ID) / BUCKET_IDS);

/**
 * A tree of sums over buckets, 16 children to a node, in flat arrays that grow. A million ids in a row take under 150 KB;
 * ids as far apart as they can be, however many, 270 MB.
 */
export function openRangeDigest(): RangeDigest {
  let tree = emptyTree();
  const change = (id: number, hashed: Hashed, sign: 1 | -1): void => {
    const bucket = bucketOf(id);
    let node = 0;
    for (let level = 0; level <= LAST; level++) {
      const slot = node * 16 + ((bucket >>> shifts[level]!) & 15);
      tree.count[slot]! += sign;
      tree.a[slot]! += sign * hashed.a;
      tree.b[slot]! += sign * hashed.b;
      if (level < LAST) node = childOf(tree, slot);
    }
  };
  return {
    change: (id, before, value) => {
      if (before === value) return;
      if (before !== undefined) change(id, hashOf(id, before), -1);
      if (value !== undefined) change(id, hashOf(id, value), 1);
    },
    sum: () => sumBetween(tree, 0, bucketOf(MAX_AGENT_ID)),
    sumOf: ({ from, to }) => sumBetween(tree, bucketOf(from), from > to ? -1 : bucketOf(to)),
    split: (range, parts) => split(tree, range, parts),
    clear: () => {
      tree = emptyTree();
    },
  };
}

interface Tree {
  nodes: number;
  /** By node * 16 + child. */
  count: Uint32Array;
  a: Uint32Array;
  b: Uint32Array;
  /** The node below; 0: none, for the root is below nothing. */
  child: Uint32Array;
}

const emptyTree = (): Tree => ({
  nodes: 1,
  count: new Uint32Array(256),
  a: new Uint32Array(256),
  b: new Uint32Array(256),
  child: new Uint32Array(256),
});

const grown = (array: Uint32Array): Uint32Array => {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
};

function childOf(tree: Tree, slot: number): number {
  if (tree.child[slot] !== 0) return tree.child[slot]!;
  if (tree.nodes * 16 === tree.count.length) {
    tree.count = grown(tree.count);
    tree.a = grown(tree.a);
    tree.b = grown(tree.b);
    tree.child = grown(tree.child);
  }
  tree.child[slot] = tree.nodes++;
  return tree.child[slot]!;
}

/**
 * Calls `see` for the fewest parts of the tree that make up the buckets `first` to `last`, in order; `deeper` may
 * ask to see a part by its children.
 */
function walk(
  tree: Tree,
  first: number,
  last: number,
  see: (slot: number, endBucket: number) => void,
  deeper: (slot: number) => boolean = () => false,
): void {
  const below = (node: number, level: number, start: number): void => {
    const width = 2 ** shifts[level]!;
    for (let i = 0; i < 16; i++) {
      const from = start + i * width;
      const to = from + width - 1;
      const slot = node * 16 + i;
      if (to < first || from > last || tree.count[slot] === 0) continue;
      const whole = from >= first && to <= last;
      if (level === LAST || (whole && !deeper(slot))) see(slot, to);
      else below(tree.child[slot]!, level + 1, from);
    }
  };
  below(0, 0, 0);
}

function sumBetween(tree: Tree, first: number, last: number): DigestSum {
  let count = 0;
  let a = 0;
  let b = 0;
  walk(tree, first, last, (slot) => {
    count += tree.count[slot]!;
    a = (a + tree.a[slot]!) >>> 0;
    b = (b + tree.b[slot]!) >>> 0;
  });
  return [count, a, b];
}

function split(tree: Tree, range: IdRange, parts: number): readonly IdRange[] {
  const first = bucketOf(range.from);
  const last = bucketOf(range.to);
  const half = Math.max(1, Math.floor(parts / 2));
  const ends = new Set([...endsByPairs(tree, first, last, half), ...endsByIds(first, last, parts - half)]);
  const sorted = [...ends].filter((end) => end < last).sort((x, y) => x - y);
  let from = range.from;
  return [...sorted, undefined].map((end) => {
    const to = end === undefined ? range.to : (end + 1) * BUCKET_IDS - 1;
    const part = { from, to };
    from = to + 1;
    return part;
  });
}

/** The last buckets of all parts but the last, of `parts` that are as wide as each other. */
function endsByIds(first: number, last: number, parts: number): readonly number[] {
  const buckets = last - first + 1;
  return Array.from({ length: parts }, (_, i) => first + Math.floor(((i + 1) * buckets) / (parts + 1)) - 1).filter(
    (end) => end >= first,
  );
}

/** The same, of parts that hold as many pairs as each other. */
function endsByPairs(tree: Tree, first: number, last: number, parts: number): readonly number[] {
  const total = sumBetween(tree, first, last)[0];
  const ends: number[] = [];
  let passed = 0;
  const share = (pairs: number): number => Math.floor((pairs * parts) / total);
  const crosses = (slot: number): boolean => share(passed + tree.count[slot]!) > share(passed);
  const see = (slot: number, endBucket: number): void => {
    if (crosses(slot)) ends.push(endBucket);
    passed += tree.count[slot]!;
  };
  walk(tree, first, last, see, crosses);
  return ends.slice(0, parts - 1);
}

interface Hashed {
  a: number;
  b: number;
}

// One for all: the hash of a pair is used at once.
const hashed: Hashed = { a: 0, b: 0 };

function hashOf(id: number, value: number): Hashed {
  const low = value >>> 0;
  const high = Math.floor(value / 2 ** 32);
  hashed.a = mix(mix(mix(0x9e37_79b9, id), low), high);
  hashed.b = mix(mix(mix(0x7f4a_7c15, high), id), low);
  return hashed;
}

/** Every bit of either touches every bit of the result (the finaliser of MurmurHash3). */
function mix(state: number, value: number): number {
  let x = (state ^ Math.imul(value, 0xcc9e_2d51)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Lists of groups of which the value is remembered: few are in use at once. */
const MAX_REMEMBERED = 10_000;
const remembered = new Map<string, number>();

/** Names an assignment in a `RangeDigest`: 53 bits of the names in their order. Remembered, so that one list costs once. */
export function groupsValue(groups: readonly string[]): number {
  const joined = groups.join(',');
  const known = remembered.get(joined);
  if (known !== undefined) return known;
  let a = 0x2545_f491;
  let b = 0x1b87_3593;
  for (let i = 0; i < joined.length; i++) {
    a = mix(a, joined.charCodeAt(i));
    b = mix(joined.charCodeAt(i), b);
  }
  const value = (b >>> 11) * 2 ** 32 + a;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(joined, value);
  return value;
}
