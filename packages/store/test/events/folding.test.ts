import type { EventKind } from '@muster/protocol';
import { foldingLimits, type Happening, openFolding } from '@muster/store';
import fc from 'fast-check';

const event = (text: string, kind: EventKind = 'suspect', subject = 'worker1'): Happening => ({
  kind,
  subject,
  text,
  atMs: 0,
});
const texts = (rows: readonly Happening[]): readonly string[] => rows.map(({ text }) => text);

describe('what repeats', () => {
  it('is a row at once the first time; what follows within 10 s is one row when they are over', () => {
    const folding = openFolding();
    expect(texts(folding.take(event('a'), 0))).toEqual(['a']);
    expect(folding.take(event('b'), 1)).toEqual([]);
    expect(folding.take(event('c'), 9_999)).toEqual([]);
    expect(folding.due(9_999)).toEqual([]);
    expect(folding.due(10_000)).toEqual([{ ...event('2 times in 10 s, the last: c'), times: 2 }]);
  });

  it('is said to have taken as long as it did, not as long as it was counted', () => {
    const folding = openFolding();
    for (const at of [0, 2_000, 3_000, 5_200]) folding.take(event(String(at)), at);
    expect(texts(folding.due(20_000))).toEqual(['3 times in 3 s, the last: 5200']);
    for (const at of [20_100, 20_200]) folding.take(event(String(at)), at);
    expect(texts(folding.due(40_000))).toEqual(['2 times in 1 s, the last: 20200']);
  });

  it('once only is told as it was', () => {
    const folding = openFolding();
    folding.take(event('a'), 0);
    folding.take(event('b'), 1);
    expect(folding.due(10_000)).toEqual([event('b')]);
  });

  it('is not what happens to another, is of another kind, or comes after 10 s', () => {
    const folding = openFolding();
    const rows = [
      folding.take(event('a'), 0),
      folding.take(event('b', 'suspect', 'worker2'), 0),
      folding.take(event('c', 'lost'), 0),
      folding.take(event('d'), 10_000),
    ];
    expect(texts(rows.flat())).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is counted for twice as long each time, up to 5 minutes', () => {
    const folding = openFolding();
    const toldAt: number[] = [];
    for (let now = 0; now < 1_500_000; now += 1_000) {
      const rows = [...folding.take(event(String(now)), now), ...folding.due(now)];
      if (rows.length > 0) toldAt.push(now / 1_000);
    }
    expect(toldAt).toEqual([0, 10, 30, 70, 150, 310, 610, 910, 1_210]);
  });

  it('is told at the end, and nothing is waited for then', () => {
    const folding = openFolding();
    folding.take(event('a'), 0);
    folding.take(event('b'), 1);
    expect([folding.waits(), texts(folding.end(2)), folding.waits()]).toEqual([true, ['b'], false]);
  });

  it('is waited for no longer than a window in which nothing came', () => {
    const folding = openFolding();
    folding.take(event('a'), 0);
    expect([folding.waits(), folding.due(10_000), folding.waits()]).toEqual([true, [], false]);
  });
});

describe('one kind', () => {
  it('has 200 rows at once; what is beyond is counted, and told a minute later', () => {
    const folding = openFolding();
    const rows = Array.from({ length: 250 }, (_, i) => folding.take(event('it joined', 'joined', `w${i}`), 0)).flat();
    expect(rows).toHaveLength(200);
    expect(folding.due(59_999)).toEqual([]);
    expect(folding.due(60_000)).toEqual([
      {
        kind: 'omitted',
        subject: 'joined',
        text: '50 more events of the kind joined were left out, the last: w249: it joined',
        atMs: 0,
        times: 50,
      },
    ]);
  });

  it('does not use up what others have', () => {
    const folding = openFolding();
    for (let i = 0; i < 500; i++) folding.take(event('x', 'joined', `w${i}`), 0);
    expect(texts(folding.take(event('y', 'crashed'), 0))).toEqual(['y']);
  });
});

it('whatever comes, no event is lost from the count, and no kind has more than 200 rows and 10 a minute', () => {
  const kinds = ['joined', 'lost', 'crashed'] as const;
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 3_000 }),
    kind: fc.constantFrom<EventKind>(...kinds),
    subject: fc.integer({ min: 0, max: 400 }),
    many: fc.integer({ min: 1, max: 120 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const folding = openFolding();
      const rows: Happening[] = [];
      let [now, lookAt, count] = [0, foldingLimits.windowMs, 0];
      for (const { afterMs, kind, subject, many } of steps) {
        now += afterMs;
        for (; lookAt <= now; lookAt += foldingLimits.windowMs) rows.push(...folding.due(lookAt));
        for (let i = 0; i < many; i++) rows.push(...folding.take(event('x', kind, `w${subject + i}`), now));
        count += many;
      }
      rows.push(...folding.end(now));
      expect(rows.reduce((sum, { times = 1 }) => sum + times, 0)).toBe(count);
      for (const kind of kinds)
        expect(rows.filter((row) => row.kind === kind).length).toBeLessThanOrEqual(
          foldingLimits.burst + now / foldingLimits.rowEveryMs + 1,
        );
      expect(folding.waits()).toBe(false);
    }),
  );
});
