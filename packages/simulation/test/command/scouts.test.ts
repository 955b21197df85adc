import { withScouts } from '../../src/command/seeds.ts';

const run = (count: number, scouts: readonly number[]): readonly number[] => {
  const seedAt = withScouts(count, scouts);
  return Array.from({ length: count }, (_, index) => seedAt(index + 1));
};

describe('a whole run', () => {
  it('ends with the scouts, in the place of its last seeds', () => {
    expect(run(6, [90, 70])).toEqual([1, 2, 3, 4, 90, 70]);
    expect(run(3, [])).toEqual([1, 2, 3]);
  });

  it('runs a scout once that it comes by anyway', () => {
    expect(run(6, [90, 3])).toEqual([1, 2, 3, 4, 5, 90]);
    expect(run(6, [5, 90]).filter((seed) => seed === 5)).toEqual([5]);
  });
});
