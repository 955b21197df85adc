import * as fc from 'fast-check';
import { type Scope, tell } from '../src/index.ts';
import { type OwnEntry, openOwnLane, ownDepth, ownLimit, takeOwn } from '../src/own-lane.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, note, type Probe, probe } from './rig.ts';

const entry = (message: number): OwnEntry => ({ message, after: 0, at: 0, done: false });

describe('what an actor sends itself', () => {
  it('comes back in order, but for what was taken back, however long the lane', async () => {
    const bursts = fc.array(fc.tuple(fc.nat({ max: 1_500 }), fc.nat({ max: 1_500 })), { maxLength: 8 });
    await fc.assert(
      fc.property(bursts, fc.integer({ min: 2, max: 9 }), (all, every) => {
        const lane = openOwnLane();
        const model: number[] = [];
        let sent = 0;
        for (const [pushes, takes] of all) {
          for (let n = 0; n < pushes; n++) {
            const one = entry(sent);
            lane.entries.push(one);
            if (sent % every === 0) one.done = true;
            else model.push(sent);
            sent++;
          }
          const taken = Array.from({ length: takes }, () => takeOwn(lane, 0)?.message);
          expect(taken).toEqual(Array.from({ length: takes }, () => model.shift()));
          expect(ownDepth(lane)).toBeGreaterThanOrEqual(model.length);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('keeps no more than 1,024 entries that are done with', () => {
    const lane = openOwnLane();
    let deepest = 0;
    let longest = 0;
    lane.entries.push(entry(0));
    for (let n = 1; n < 10_000; n++) {
      lane.entries.push(entry(n));
      takeOwn(lane, 0);
      deepest = Math.max(deepest, ownDepth(lane));
      longest = Math.max(longest, lane.entries.length);
    }
    expect(deepest).toBe(1);
    expect(longest).toBeLessThanOrEqual(1_025);
  });

  it('is bounded at 65,536: the next is a dead letter', async () => {
    const { root, deadLetters, inspect } = testSystem();
    const a = root.spawn(probe('a', []));
    const flood = (count: number) => (scope: Scope<Probe>) => {
      for (let n = 0; n < count; n++) scope.send(note('own'));
    };
    tell(a, call(flood(ownLimit)));
    await settle();
    expect(deadLetters().count).toBe(0);
    tell(a, call(flood(ownLimit + 1)));
    await settle();
    expect(deadLetters()).toMatchObject({ count: 1, last: [{ to: '/a', reason: 'overflow' }] });
    expect(inspect()[1]).toMatchObject({ overflowed: 1, processed: 2 * ownLimit + 2 });
  });
});
