import fc from 'fast-check';
import { type Buckets, take } from '../src/bucket.ts';

const limit = fc.record({ perSecond: fc.constantFrom(0.5, 1, 3, 50), burst: fc.integer({ min: 1, max: 20 }) });
const pauses = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 100 });

describe('the limiter', () => {
  it('lets in a burst, and one more each time a token has come', () => {
    const one = { perSecond: 2, burst: 3 };
    let buckets: Buckets = new Map();
    const ask = (now: number): boolean | number => {
      const taken = take(buckets, 'w1', now, one);
      if (taken.ok) buckets = taken.buckets;
      return taken.ok || taken.retryMs;
    };
    expect([ask(0), ask(0), ask(0), ask(0)]).toEqual([true, true, true, 500]);
    expect(ask(499)).toBe(1);
    expect(ask(500)).toBe(true);
    expect(ask(500)).toBe(500);
    // A long pause fills it, no further than to its burst.
    expect([ask(60_000), ask(60_000), ask(60_000), ask(60_000)]).toEqual([true, true, true, 500]);
  });

  it('never lets in more than the burst and the rate of any span of time', () => {
    fc.assert(
      fc.property(limit, pauses, (rate, waits) => {
        let buckets: Buckets = new Map();
        let now = 0;
        const times: number[] = [];
        for (const wait of waits) {
          now += wait;
          const taken = take(buckets, 'a', now, rate);
          if (!taken.ok) continue;
          buckets = taken.buckets;
          times.push(now);
        }
        times.forEach((from, i) => {
          times.slice(i).forEach((to, n) => {
            expect(n + 1).toBeLessThanOrEqual(rate.burst + ((to - from) * rate.perSecond) / 1_000 + 1e-3);
          });
        });
      }),
    );
  });

  it('hears whoever waits as long as the refusal says', () => {
    fc.assert(
      fc.property(limit, pauses, (rate, waits) => {
        let buckets: Buckets = new Map();
        let now = 0;
        for (const wait of waits) {
          now += wait;
          const taken = take(buckets, 'a', now, rate);
          if (taken.ok) buckets = taken.buckets;
          else expect(take(buckets, 'a', now + taken.retryMs, rate).ok).toBe(true);
        }
      }),
    );
  });

  it('takes nothing from one asker for another', () => {
    const one = { perSecond: 1, burst: 1 };
    const first = take(new Map(), 'a', 0, one);
    expect(first.ok && take(first.buckets, 'b', 0, one).ok).toBe(true);
    expect(first.ok && take(first.buckets, 'a', 0, one).ok).toBe(false);
  });

  it('remembers a thousand askers at most, those who asked last', () => {
    const one = { perSecond: 1, burst: 1 };
    let buckets: Buckets = new Map();
    for (let i = 0; i < 1_500; i++) {
      const taken = take(buckets, `a${i}`, 0, one);
      if (taken.ok) buckets = taken.buckets;
    }
    expect(buckets.size).toBe(1_000);
    expect(take(buckets, 'a1499', 0, one).ok).toBe(false);
  });
});
