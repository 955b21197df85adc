import { openSystem, type Scheduler } from '@muster/actor';
import type { OwnLane } from '../../../actor/src/own-lane.ts';
import { openDice } from '../../src/dice.ts';
import { type Host, openHost } from '../../src/host.ts';
import { placeProbes } from '../../src/invariants/index.ts';
import { openTimeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';
import { openStage } from './stage.ts';

/** What an actor sends itself comes before all that waits. */
let mockJumps = false;
jest.mock('../../../actor/src/own-lane.ts', () => {
  const actual = jest.requireActual<typeof import('../../../actor/src/own-lane.ts')>('../../../actor/src/own-lane.ts');
  return {
    ...actual,
    takeOwn: (lane: OwnLane, taken: number) => actual.takeOwn(lane, mockJumps ? Number.POSITIVE_INFINITY : taken),
  };
});

/** Each wake is a turn of its own, in an order that the seed picks. `spoil` may turn a good scheduler into a bad one. */
const turnsOn = (host: Host, spoil: (drain: () => void) => void = (drain) => drain()): Scheduler => ({
  mailbox: (_, drain) => {
    let closed = false;
    return {
      wake: () => host.ready('turn', () => void (!closed && spoil(drain))),
      close: () => {
        closed = true;
      },
    };
  },
});

/** Half an hour of a node's probes. */
async function probed(seed: number, spoil?: (drain: () => void) => void) {
  const stage = await openStage();
  const dice = openDice(seed);
  const timeline = openTimeline(dice.fork('timeline'), openTrace(10));
  const host = openHost(timeline, 'worker1', 1);
  const system = openSystem({
    clock: { now: timeline.now, after: (delayMs, fire) => host.after(delayMs, 'timer', fire) },
    random: { next: dice.next, bytes: dice.bytes },
    scheduler: turnsOn(host, spoil),
    giveUp: (reason) => stage.violations.push(`gave up: ${reason}`),
  });
  stage.worker.host = () => host;
  const metrics = { scrape: () => Promise.reject(new Error('nobody scrapes here')) };
  stage.worker.running = () => ({ system, metrics, stop: () => system.stop() });
  placeProbes({ ...stage.world, timeline, dice }, stage.worker);
  await timeline.drive(() => timeline.now() >= 1_800_000);
  const inspected = system.inspect();
  let stopped = false;
  void system.stop().then(() => {
    stopped = true;
  });
  await timeline.drive(() => stopped);
  return { ...stage, inspected, pending: host.pending() };
}

test('actors that keep their promises break none of them, and leave nothing when they stop', async () => {
  const { violations, inspected, pending, met } = await probed(3);
  expect(violations).toEqual([]);
  const restarts = new Map(inspected.map(({ path, restarts: count }) => [path, count]));
  expect(restarts.get('/probes/caller-a')).toBeGreaterThan(5);
  expect(restarts.get('/probes/listener')).toBeGreaterThan(5);
  expect(restarts.get('/')).toBe(0);
  expect(met).toContain('an ask of a stopped actor failed at once');
  expect(pending).toBe(0);
});

test('a scheduler that drains a mailbox twice at a time is found, or harms nobody', async () => {
  const { violations } = await probed(3, (drain) => {
    drain();
    drain();
  });
  expect(violations).toEqual([]);
});

test('an actor whose own messages jump the queue is found', async () => {
  mockJumps = true;
  const { violations } = await probed(3);
  mockJumps = false;
  expect(violations[0]).toMatch(/^actors: .*what the listener sent itself behind message \d+ of caller-/);
});
