import { openSampledTimes } from '../src/index.ts';

it('a time that is a bound is counted in its bucket, all are counted in the last', () => {
  const times = openSampledTimes();
  for (const ms of [0, 0.01, 0.011, 1, 5_000, 5_001]) times.observer.sampled(ms, 2 * ms);
  const { bounds, counts, sum } = times.waiting();
  const upTo = (seconds: number) => counts[bounds.indexOf(seconds)];
  expect([upTo(0.000_01), upTo(0.000_1), upTo(0.001), upTo(1), upTo(5), counts.at(-1)]).toEqual([2, 3, 4, 4, 5, 6]);
  expect(counts).toHaveLength(bounds.length + 1);
  expect(sum).toBeCloseTo(10.002_021);
  expect(times.handling().sum).toBeCloseTo(2 * 10.002_021);
});
