import fc from 'fast-check';
import { longestWait, nextWait } from '../src/index.ts';

const config = { retryMinMs: 200, retryMaxMs: 10_000, unreachableMaxMs: 1_000 };

describe('the wait between two dials', () => {
  it.each([
    ['the first is the shortest at least', 0, 0, 10_000, 200],
    ['the first is three times the shortest at most', 0, 0.999_999_9, 10_000, 600],
    ['it grows to three times the one before', 1_000, 0.999_999_9, 10_000, 3_000],
    ['it never exceeds the longest', 9_000, 0.999, 10_000, 10_000],
    ['one that was longer than now allowed is cut first', 10_000, 0.999, 1_000, 1_000],
  ])('%s', (_name, previous, random, longest, expected) => {
    expect(Math.round(nextWait(previous, random, longest, 200))).toBe(expected);
  });

  it.each([
    ['lost', 1_000],
    ['refused', 1_000],
    ['timeout', 1_000],
    ['shutting-down', 1_000],
    ['replaced', 1_000],
    ['wrong-key', 10_000],
    ['wrong-cluster', 10_000],
    ['name-taken', 10_000],
    ['protocol-range', 10_000],
  ])('after %s it is at most %d ms', (code, longest) => expect(longestWait(code, config)).toBe(longest));

  it('a longest wait below the shortest counts as the shortest', () => {
    expect(longestWait('lost', { retryMinMs: 200, retryMaxMs: 100, unreachableMaxMs: 1_000 })).toBe(200);
  });

  it('stays within its bounds, whatever came before', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.nat(60_000),
        fc.array(random, { minLength: 1, maxLength: 50, size: 'max' }),
        (min, more, draws) => {
          let wait = 0;
          for (const draw of draws) {
            wait = nextWait(wait, draw, min + more, min);
            expect(wait).toBeGreaterThanOrEqual(min);
            expect(wait).toBeLessThanOrEqual(min + more);
          }
        },
      ),
    );
  });
});
