import { freshFaults } from '../src/faults.ts';
import { offsetMs, onOurTime, sampled } from '../src/master/offset.ts';
import { backOffMs, failedAgain, failureOf } from '../src/trouble.ts';

describe('the offset of a node', () => {
  /** `[sent, received]` in order. */
  const after = (...samples: readonly (readonly [number, number])[]) =>
    samples.reduce<ReturnType<typeof sampled> | undefined>(
      (offset, [sent, got]) => sampled(offset, sent, got),
      undefined,
    );

  it('is the least difference of the last minute, for what is beyond is delay', () => {
    expect(offsetMs(after([0, 5_040], [1_000, 6_003], [2_000, 7_100])!)).toBe(5_003);
  });

  it('forgets a sample after one minute at least and two at most', () => {
    const early = [0, 10] as const;
    const at = (ms: number) => offsetMs(after(early, [ms - 2_000, ms - 1_980], [ms, ms + 20])!);
    expect([at(59_000), at(61_000), at(119_000)]).toEqual([10, 10, 10]);
    const late = after(early, [61_000, 61_020], [118_000, 118_020], [121_000, 121_020])!;
    expect(offsetMs(late)).toBe(20);
    expect(offsetMs(after(early, [200_000, 200_020])!)).toBe(20);
  });

  it('maps a row to our time, never to the future', () => {
    const row = { id: 1, revision: 2, ageMs: 300, status: 'active', code: 0 } as const;
    const times = { sentMs: 1_000, receivedMs: 6_000, offset: 5_000 };
    expect(onOurTime(row, times)).toEqual({
      id: 1,
      revision: 2,
      status: 'active',
      code: 0,
      seenMs: 5_700,
      disconnectedMs: 0,
    });
    expect(onOurTime({ ...row, ageMs: 0, disconnectedAgeMs: 0 }, { ...times, offset: 9_000 })).toMatchObject({
      seenMs: 6_000,
      disconnectedMs: 6_000,
    });
    expect(onOurTime({ ...row, ageMs: 90_000 }, times).seenMs).toBe(1);
  });
});

describe('a fault of one entry', () => {
  it('is told once, and again when its code changes', () => {
    const fault = (at: string, code: string) => ({ at, code, text: '' });
    const first = freshFaults(new Map(), [fault('a', 'x'), fault('b', 'x')]);
    expect(first.fresh).toHaveLength(2);
    const second = freshFaults(first.told, [fault('a', 'x'), fault('b', 'y')]);
    expect(second.fresh).toEqual([fault('b', 'y')]);
    expect(freshFaults(second.told, [fault('b', 'y')]).fresh).toEqual([]);
  });

  it('takes bounded memory, however many there are', () => {
    const many = Array.from({ length: 25_000 }, (_, i) => ({ at: String(i), code: 'x', text: '' }));
    expect(freshFaults(new Map(), many).told.size).toBe(10_000);
  });
});

describe('what fails', () => {
  it('is tried after half a second, then after twice as long each time, at most 30 s', () => {
    expect([1, 2, 3, 6, 7, 8, 50].map(backOffMs)).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is news once per code, and not while it is among the first that are kept quiet', () => {
    const failures = ['a', 'a', 'a', 'b', 'b'].map((code) => ({ code, text: '' }));
    let before: ReturnType<typeof failedAgain>['trouble'] | undefined;
    const news = failures.map((failure) => {
      const after = failedAgain(before, failure, 0, 1);
      before = after.trouble;
      return after.news;
    });
    expect(news).toEqual([false, true, false, true, false]);
  });

  it('has the code of its error, or FAILED', () => {
    expect(failureOf(Object.assign(new Error('full'), { code: 'store-full' }))).toEqual({
      code: 'store-full',
      text: 'full',
    });
    expect(failureOf('odd')).toEqual({ code: 'FAILED', text: 'odd' });
  });
});
