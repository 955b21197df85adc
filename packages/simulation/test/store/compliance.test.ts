import { kvCompliance } from '@muster/store/testing';
import { openDice } from '../../src/dice.ts';
import { harmless } from '../../src/disk/file-system.ts';
import { openHost } from '../../src/host.ts';
import { openStoreDisk, simulatedStores } from '../../src/store/index.ts';
import { openTimeline, type Timeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';

let driving = true;
const timelines: Timeline[] = [];

/** The suite knows no timeline: it goes on by itself whenever something waits to happen. */
async function pump(): Promise<void> {
  while (driving) {
    for (const timeline of timelines) await timeline.drive(() => false);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

beforeAll(() => void pump());
afterAll(() => {
  driving = false;
});

kvCompliance(
  'a simulated store',
  { describe, it, equal: (actual, expected) => expect(actual).toEqual(expected) },
  async (maxBytes) => {
    const timeline = openTimeline(openDice(1), openTrace(10));
    timelines.splice(0, timelines.length, timeline);
    const store = openStoreDisk(timeline.now);
    let incarnation = 0;
    const open = async () => {
      incarnation += 1;
      const surroundings = { store, faults: harmless(), now: timeline.now };
      const stores = simulatedStores(surroundings, openHost(timeline, 'n', incarnation), openDice(incarnation));
      return (await stores.open('/R/store.mdb', { maxBytes })).kv;
    };
    return { kv: await open(), again: open };
  },
);
