import fc from 'fast-check';
import { confirmed, pauseMs, runMs, type SentRun } from '../../src/work/agents-done.ts';

type Batch = readonly [startAt: number, endAt: number, agents: number];
const last = (batches: readonly Batch[]): SentRun | undefined =>
  batches.reduce<SentRun | undefined>(
    (run, [startAt, endAt, agents]) => confirmed(run, { startAt, endAt, agents }),
    undefined,
  );

const cases: readonly [title: string, batches: readonly Batch[], run: readonly [...Batch, chunks: number]][] = [
  ['one batch is a run', [[10, 30, 5]], [10, 30, 5, 1]],
  [
    'a batch that follows at once is of the same run',
    [
      [10, 30, 1_000],
      [31, 40, 7],
    ],
    [10, 40, 1_007, 2],
  ],
  [
    'a batch that left 1 ms short of the pause is of it, too',
    [
      [0, 10, 1],
      [10 + pauseMs - 1, 300, 2],
    ],
    [0, 300, 3, 2],
  ],
  [
    'a batch that left after the pause begins another',
    [
      [0, 10, 1],
      [10 + pauseMs, 300, 2],
    ],
    [10 + pauseMs, 300, 2, 1],
  ],
  [
    'a run that has lasted its time takes no batch more, though nothing rested',
    [
      [0, runMs - 1, 1],
      [runMs - 1, runMs, 1],
      [runMs, runMs + 5, 1],
    ],
    [runMs, runMs + 5, 1, 1],
  ],
];

describe('what was last sent of agents', () => {
  it.each(cases)('%s', (_title, batches, [startAt, endAt, agents, chunks]) => {
    expect(last(batches)).toEqual({ startAt, endAt, agents, chunks });
  });

  it('dates never run backwards, and every status that was confirmed is in one run', () => {
    const batch = fc.record({ rest: fc.nat(2 * pauseMs), takes: fc.nat(2 * runMs), agents: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(batch), (batches) => {
        let at = 0;
        let run: SentRun | undefined;
        const runs = new Map<number, SentRun>();
        for (const { rest, takes, agents } of batches) {
          const startAt = at + rest;
          at = startAt + takes;
          const next = confirmed(run, { startAt, endAt: at, agents });
          expect(next.endAt).toBe(at);
          expect(next.startAt).toBeLessThanOrEqual(at);
          expect(next.startAt).toBeGreaterThanOrEqual(run?.startAt ?? 0);
          run = next;
          // Two runs may begin at the same instant only when the one before took no time.
          runs.set(runs.has(next.startAt) && next.chunks === 1 ? -runs.size - 1 : next.startAt, next);
        }
        const sum = [...runs.values()].reduce((all, { chunks }) => all + chunks, 0);
        expect(sum).toBe(batches.length);
      }),
    );
  });
});
