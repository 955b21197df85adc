import {
  allIds,
  BUCKET_IDS,
  emptySum,
  groupsValue,
  type IdRange,
  isBucket,
  MAX_AGENT_ID,
  openRangeDigest,
  type RangeDigest,
  sameSum,
} from '@muster/protocol';
import fc from 'fast-check';

const ids = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: MAX_AGENT_ID }));
const pairs = fc.uniqueArray(fc.tuple(ids, fc.maxSafeNat()), { selector: ([id]) => id, maxLength: 60 });

const digestOf = (given: Iterable<readonly [number, number]>): RangeDigest => {
  const digest = openRangeDigest();
  for (const [id, value] of given) digest.change(id, undefined, value);
  return digest;
};

/** The buckets in which two views differ, and how many rounds it took. */
function differing(
  one: RangeDigest,
  other: RangeDigest,
  parts: number,
): { buckets: readonly IdRange[]; rounds: number } {
  const buckets: IdRange[] = [];
  let open: readonly IdRange[] = [allIds];
  let rounds = 0;
  for (; open.length > 0; rounds++) {
    const differ = open.filter((range) => !sameSum(one.sumOf(range), other.sumOf(range)));
    buckets.push(...differ.filter(isBucket));
    open = differ.filter((range) => !isBucket(range)).flatMap((range) => one.split(range, parts));
  }
  return { buckets, rounds };
}

describe('the digest of ranges', () => {
  it('is the same for the same pairs, in whatever order they came and whatever was there before', () => {
    fc.assert(
      fc.property(pairs, pairs, fc.integer(), (first, second, seed) => {
        const digest = digestOf(first);
        const held = new Map(first);
        for (const [id, value] of second) {
          digest.change(id, held.get(id), value);
          held.set(id, value);
        }
        for (const [id] of first.filter(([each]) => (each + seed) % 3 === 0)) {
          digest.change(id, held.get(id), undefined);
          held.delete(id);
        }
        expect(digest.sum()).toEqual(digestOf([...held].reverse()).sum());
      }),
    );
  });

  it('sums what lies in the buckets of a range', () => {
    fc.assert(
      fc.property(pairs, fc.nat(MAX_AGENT_ID), fc.nat(MAX_AGENT_ID), (given, x, y) => {
        const from = Math.floor(Math.min(x, y) / BUCKET_IDS) * BUCKET_IDS;
        const to = Math.floor(Math.max(x, y) / BUCKET_IDS) * BUCKET_IDS + BUCKET_IDS - 1;
        const inside = given.filter(([id]) => id >= from && id <= to);
        expect(digestOf(given).sumOf({ from, to })).toEqual(digestOf(inside).sum());
      }),
    );
  });

  it('cuts a range into parts that cover it, at the bounds of buckets', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 2, max: 256 }), (given, parts) => {
        const digest = digestOf(given);
        const cut = digest.split(allIds, parts);
        expect(cut.length).toBeGreaterThan(1);
        expect(cut.length).toBeLessThanOrEqual(parts);
        expect(cut[0]!.from).toBe(0);
        expect(cut.at(-1)!.to).toBe(MAX_AGENT_ID);
        for (const [i, { from, to }] of cut.entries()) {
          expect(to).toBeGreaterThan(from);
          expect(from % BUCKET_IDS).toBe(0);
          if (i > 0) expect(from).toBe(cut[i - 1]!.to + 1);
        }
      }),
    );
  });

  it('finds every bucket in which two views differ, and no other, whoever of them has the pairs', () => {
    fc.assert(
      fc.property(pairs, pairs, pairs, fc.constantFrom(2, 16, 256), (same, mine, theirs, parts) => {
        const one = new Map([...same, ...mine]);
        const other = new Map([...same, ...theirs]);
        const wrong = [...new Set([...one.keys(), ...other.keys()])].filter((id) => one.get(id) !== other.get(id));
        const expected = [...new Set(wrong.map((id) => Math.floor(id / BUCKET_IDS)))].sort((x, y) => x - y);
        const { buckets } = differing(digestOf(one), digestOf(other), parts);
        expect(buckets.map(({ from }) => from / BUCKET_IDS).sort((x, y) => x - y)).toEqual(expected);
      }),
    );
  });

  it('shares 100,000 agents out evenly, and finds one of them in three rounds', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => [i + 1, i] as const);
    const one = digestOf(rows);
    const other = digestOf(rows.filter(([id]) => id !== 77_777));
    const sizes = one.split(allIds, 256).map((part) => one.sumOf(part)[0]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_024);
    const { buckets, rounds } = differing(one, other, 256);
    expect(buckets).toEqual([{ from: 77_568, to: 77_823 }]);
    expect(rounds).toBeLessThanOrEqual(4);
  });

  it('does not cut one bucket', () => {
    expect(digestOf([[5, 1]]).split({ from: 0, to: 255 }, 256)).toEqual([{ from: 0, to: 255 }]);
  });

  it('is that of nothing after all was taken out, or cleared', () => {
    const digest = digestOf([[5, 1]]);
    digest.change(5, 1, undefined);
    expect(digest.sum()).toEqual(emptySum);
    digest.change(6, undefined, 2);
    digest.clear();
    expect(digest.sum()).toEqual(emptySum);
    expect(digest.sumOf({ from: 512, to: 0 })).toEqual(emptySum);
  });

  it('is what the other end computes, of whatever version: these numbers are of the wire', () => {
    expect(digestOf([[1, 0]]).sum()).toEqual([1, 3_985_927_774, 3_386_219_704]);
    expect(digestOf([[MAX_AGENT_ID, Number.MAX_SAFE_INTEGER]]).sum()).toEqual([1, 3_621_580_537, 2_297_284_449]);
    expect(groupsValue(['default', 'web-1'])).toBe(3_195_205_072_383_444);
  });
});

describe('the value of an assignment', () => {
  it('is of 53 bits, and another for another order', () => {
    expect(groupsValue(['a', 'b'])).not.toBe(groupsValue(['b', 'a']));
    const names = fc.array(fc.stringMatching(/^[a-z]{1,8}$/));
    fc.assert(
      fc.property(names, names, (one, other) => {
        expect(Number.isSafeInteger(groupsValue(one)) && groupsValue(one) >= 0).toBe(true);
        expect(groupsValue(one) === groupsValue(other)).toBe(one.join() === other.join());
      }),
    );
  });

  it('is the same after more lists than are remembered', () => {
    const before = groupsValue(['default']);
    for (let i = 0; i < 10_001; i++) groupsValue([`g${i}`]);
    expect(groupsValue(['default'])).toBe(before);
  });
});
