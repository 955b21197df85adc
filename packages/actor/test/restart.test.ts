import * as fc from 'fast-check';
import { backOffMs, decideRestart, type PastCrash } from '../src/index.ts';

const backOff = { minMs: 100, maxMs: 1_000, factor: 2, jitter: 0 };
const intensity = { maxRestarts: 2, withinMs: 60_000 };
const at = (...times: number[]): PastCrash[] => times.map((time) => ({ child: 'a', at: time }));

describe('restart decision', () => {
  it.each([
    ['restarts after the first crash', at(), 0, 'restart'],
    ['restarts up to the limit', at(0), 10, 'restart'],
    ['gives up on the crash past the limit', at(0, 10), 20, 'give-up'],
    ['counts a crash exactly one window old, as OTP does', at(0, 10), 60_000, 'give-up'],
    ['forgets a crash that left the window', at(0, 10), 60_001, 'restart'],
    [
      'counts the crashes of all children together',
      [
        { child: 'b', at: 0 },
        { child: 'c', at: 1 },
      ],
      2,
      'give-up',
    ],
  ] as const)('%s', (_, history, now, outcome) => {
    expect(decideRestart({ child: 'a', at: now, history, roll: 0 }, intensity, backOff).type).toBe(outcome);
  });

  it('grants no restart when none is granted', () => {
    const none = { maxRestarts: 0, withinMs: 1 };
    expect(decideRestart({ child: 'a', at: 0, history: [], roll: 0 }, none, backOff).type).toBe('give-up');
  });

  it('lets a child wait for its own earlier crashes only', () => {
    const many = { maxRestarts: 9, withinMs: 60_000 };
    const history = [...at(0, 1), { child: 'b', at: 2 }];
    const delayOf = (child: string) => decideRestart({ child, at: 3, history, roll: 0 }, many, backOff);
    expect([delayOf('a'), delayOf('b'), delayOf('c')]).toMatchObject([
      { delayMs: 400 },
      { delayMs: 200 },
      { delayMs: 100 },
    ]);
  });

  it('grants exactly what OTP grants: at most maxRestarts within any window, both ends included', async () => {
    const times = fc.array(fc.nat({ max: 50 }), { maxLength: 40 });
    await fc.assert(
      fc.property(times, fc.nat({ max: 5 }), fc.integer({ min: 1, max: 100 }), (gaps, maxRestarts, withinMs) => {
        let now = 0;
        let history: readonly PastCrash[] = [];
        const granted: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const decision = decideRestart({ child: 'a', at: now, history, roll: 0 }, { maxRestarts, withinMs }, backOff);
          // OTP's add_restart: the crash itself and those not older than the period, against the intensity.
          const otp = [...granted, now].filter((crash) => crash >= now - withinMs).length <= maxRestarts;
          expect(decision.type).toBe(otp ? 'restart' : 'give-up');
          if (decision.type === 'give-up') return;
          history = decision.history;
          granted.push(now);
          expect(history.length).toBeLessThanOrEqual(maxRestarts);
        }
      }),
    );
  });
});

describe('back-off', () => {
  it.each([
    [0, 100],
    [1, 200],
    [3, 800],
    [4, 1_000],
    [5_000, 1_000],
  ])('after %d earlier crashes it is %d ms', (earlier, delay) => {
    expect(backOffMs(earlier, backOff, 0)).toBe(delay);
  });

  it('is shortened by chance, by no more than its jitter', () => {
    expect(backOffMs(0, { ...backOff, jitter: 0.5 }, 0.5)).toBe(75);
    expect(backOffMs(0, { ...backOff, jitter: 1 }, 0)).toBe(100);
  });

  it('stays 0 when its minimum is 0', () => {
    expect(backOffMs(5_000, { ...backOff, minMs: 0 }, 0)).toBe(0);
  });
});
