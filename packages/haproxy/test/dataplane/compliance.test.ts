import { driverCompliance } from '@muster/haproxy/testing';
import { closeRigs, openRig, versions } from './rig.ts';

const framework = {
  describe,
  it,
  equal: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
};

for (const version of versions)
  driverCompliance(`the Data Plane API ${version}`, framework, async () => {
    const { driver, double } = await openRig(version);
    let hosts = 0;
    return {
      driver,
      manager: async () => {
        hosts += 1;
        return { address: '127.0.0.1', port: 20_000 + hosts };
      },
      until: async (what, holds) => {
        if (!(await holds())) throw new Error(`${what}: it does not come true`);
      },
      restart: async () => double.machine.restart(),
      close: closeRigs,
    };
  });
