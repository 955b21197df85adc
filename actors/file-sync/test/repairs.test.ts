import { maxRepairs, noteRepairs, type Repairs, restsUntil } from '../src/repairs.ts';
import { afterAttempt, backOffMs } from '../src/waits.ts';

const path = 'etc/rules/a';
/** The path, made so at these times. */
const made = (times: readonly number[], wish = 'x'): Repairs =>
  times.reduce<Repairs>((repairs, at) => noteRepairs(repairs, [[path, wish]], at), new Map());
const everySecond = (count: number): number[] => Array.from({ length: count }, (_, index) => index * 1_000);

describe('a file that somebody else keeps writing', () => {
  it('is repaired ten times within a minute', () => {
    expect(restsUntil(made(everySecond(maxRepairs)), path, 'x', 10_000)).toBe(0);
  });

  it('then rests until the first repair is a minute ago', () => {
    // The first time at 0 is no repair; the first repair is at 1,000.
    expect(restsUntil(made(everySecond(maxRepairs + 1)), path, 'x', 11_000)).toBe(61_000);
    expect(restsUntil(made(everySecond(maxRepairs + 1)), path, 'x', 61_000)).toBe(0);
  });

  it('is repaired at once when the master changed it', () => {
    expect(restsUntil(made(everySecond(maxRepairs + 1)), path, 'y', 11_000)).toBe(0);
  });

  it('is forgotten after a minute of peace', () => {
    expect(noteRepairs(made([0]), [], 60_000).size).toBe(0);
    expect(noteRepairs(made([0]), [], 59_999).size).toBe(1);
  });

  it('is not looked for in a plan of more than 1,000 files', () => {
    const wishes = (count: number): [string, string][] =>
      Array.from({ length: count }, (_, index) => [`f${index}`, 'x']);
    expect(noteRepairs(new Map(), wishes(1_000), 0).size).toBe(1_000);
    expect(noteRepairs(new Map(), wishes(1_001), 0).size).toBe(0);
  });
});

describe('a file that failed', () => {
  it('waits 1 s, doubling, at most 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 1_000].map(backOffMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('waits from the start again once it succeeded', () => {
    const failure = { path, code: 'EIO', text: 'the disk broke' };
    const twice = afterAttempt(afterAttempt(new Map(), [path], [failure], 0), [path], [failure], 1_000);
    expect(twice.get(path)).toMatchObject({ attempts: 2, until: 3_000 });
    expect(afterAttempt(twice, [path], [], 3_000).size).toBe(0);
  });
});
