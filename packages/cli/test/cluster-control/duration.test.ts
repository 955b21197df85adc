import fc from 'fast-check';
import { durationText } from '../../src/cluster-control/duration.ts';

/** Microseconds from 1970 to 2100. */
const micros = fc.integer({ min: 0, max: 4_102_444_800_000_000 });

describe('a duration', () => {
  it.each([
    [0, '0.001s'],
    [499, '0.001s'],
    [500, '0.001s'],
    [1_499, '0.001s'],
    [1_500, '0.002s'],
    [2_500, '0.003s'],
    [9_960, '0.01s'],
    [12_605, '0.013s'],
    [62_500, '0.062s'],
    [187_500, '0.188s'],
    [312_500, '0.312s'],
    [437_500, '0.438s'],
    [999_499, '0.999s'],
    [999_500, '1.0s'],
    [1_000_000, '1.0s'],
    [1_250_000, '1.25s'],
    [123_456_789_012, '123456.789s'],
    [-5_000_000, '0.001s'],
  ])('of %d µs is %s', (length, text) =>
    expect(durationText(1_700_000_000_000_000, 1_700_000_000_000_000 + length)).toBe(text),
  );

  it('is never more than half a millisecond from the truth, and has no blank zeros', () => {
    fc.assert(
      fc.property(micros, fc.integer({ min: 500, max: 1_000_000_000_000 }), (start, length) => {
        const text = durationText(start, start + length);
        expect(text).toMatch(/^(?:0|[1-9]\d*)\.(?:0|\d{0,2}[1-9])s$/);
        expect(Math.abs(Number(text.slice(0, -1)) - length / 1_000_000)).toBeLessThanOrEqual(0.0005 + 1e-9);
      }),
    );
  });
});
