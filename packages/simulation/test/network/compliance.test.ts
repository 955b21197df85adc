import { type ComplianceCase, type Subject, transportCompliance } from '@muster/link/testing';
import { openRig, optionsOf, type Rig } from './rig.ts';

/** Runs a case while things happen on the timeline whenever something is left to happen. */
async function driven(rig: () => Rig | undefined, { run }: ComplianceCase): Promise<void> {
  let over = false;
  const running = run().finally(() => {
    over = true;
  });
  while (!over) {
    await rig()?.timeline.drive(() => over);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await running;
}

describe('the simulated transport', () => {
  let rig: Rig | undefined;
  let port: () => ReturnType<Rig['network']['transport']>;
  const subject = (): Subject => {
    const one = openRig();
    const [main, worker] = [one.host('main'), one.host('w1')];
    rig = one;
    port = () => one.network.transport(main, optionsOf('main'));
    return { listener: port(), dialer: () => one.network.transport(worker, optionsOf('w1')) };
  };
  const cases = transportCompliance(subject, () => port());
  it.each(cases.map((one) => [one.title, one] as const))('%s', (_, one) => driven(() => rig, one));
});
