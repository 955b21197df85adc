import { diskCompliance } from '@muster/tree/testing';
import { openRig } from './rig.ts';

let driving = true;
const rigs: ReturnType<typeof openRig>[] = [];

/** The suite knows no timeline: it goes on by itself whenever something waits to happen. */
async function pump(): Promise<void> {
  while (driving) {
    for (const { timeline } of rigs) await timeline.drive(() => false);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

beforeAll(() => void pump());
afterAll(() => {
  driving = false;
});

for (const [name, yieldAfterStep] of [
  ['a simulated disk', 0],
  ['a simulated disk that is interrupted after every step', 1],
] as const) {
  diskCompliance(name, { describe, it, equal: (actual, expected) => expect(actual).toEqual(expected) }, async () => {
    const rig = openRig(rigs.length + 1);
    rig.files.faults.yieldAfterStep = yieldAfterStep;
    rig.files.makeDirectory('/r/etc/lists', 'operator');
    rigs.splice(0, rigs.length, rig);
    return { disk: rig.disk, folder: '/r/etc/lists' };
  });
}
