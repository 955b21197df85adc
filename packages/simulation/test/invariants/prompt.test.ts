import type { ClusterView, SeenSync } from '@muster/protocol';
import { openInvariants } from '../../src/invariants/index.ts';
import { announcement, openStage, root, type Stage, sendManifest, textBytes } from './stage.ts';

const rule = `${root}/etc/rules/a.xml`;

const viewOf = (sync: SeenSync): ClusterView => ({
  ...{ type: 'cluster', cluster: 'one', generation: { epoch: 1, generation: 1 } },
  nodes: [
    {
      ...{ name: 'master', role: 'master', version: '0', address: '-', liveness: 'up', reason: '-', sync },
      ...{ behindMs: 0, files: 0, heardMs: 0, loopDelayMs: 0 },
    },
  ],
});

/** A master in order, with one file, and its first generation. */
async function open(sync: SeenSync = 'in-sync') {
  const stage = await openStage();
  stage.master.running = () => ({ system: { inspect: () => [] } }) as never;
  stage.master.ask = async () => viewOf(sync);
  const watching = openInvariants(stage.world);
  stage.becomes(stage.master, 'started');
  stage.master.disk.write(rule, textBytes('one'), 'operator');
  stage.tells('master', 'worker1', announcement(1, { root: sendManifest(stage, { 'a.xml': 'one' }) }));
  const sample = async (): Promise<void> => {
    watching.sampled();
    for (let n = 0; n < 5; n++) await Promise.resolve();
  };
  await sample();
  return { ...stage, sample };
}

describe("a change of the master's files", () => {
  test('is soon in its newest generation', async () => {
    const stage = await open();
    stage.pass(60_000);
    await stage.sample();
    stage.master.disk.write(rule, textBytes('two'), 'operator');
    stage.pass(15_000);
    await stage.sample();
    expect(stage.violations).toEqual([]);
    stage.pass(15_000);
    await stage.sample();
    expect(stage.violations).toEqual([expect.stringMatching(/^prompt: the master's etc\/rules\/a.xml/)]);
  });

  test.each<[string, (stage: Stage) => void]>([
    ['its hint was lost', ({ master: { disk } }) => Object.assign(disk.faults.hints, { lost: 1 })],
    [
      'the disk fails',
      ({ master: { disk } }) =>
        void disk.faults.failures.push({ below: root, operations: 'all', code: 'EIO', probability: 1 }),
    ],
    [
      'the process stands still',
      ({ master }) => Object.assign(master, { host: () => ({ pausedUntil: () => 1_000_000 }) }),
    ],
    ['the process has just started', (stage) => void stage.becomes(stage.master, 'started')],
  ])('may wait where %s', async (_, act) => {
    const stage = await open();
    stage.pass(60_000);
    await stage.sample();
    act(stage);
    stage.master.disk.write(rule, textBytes('two'), 'operator');
    await stage.sample();
    stage.pass(15_000);
    if (_ === 'the process has just started') stage.becomes(stage.master, 'started');
    stage.pass(15_000);
    await stage.sample();
    expect(stage.violations).toEqual([]);
  });

  test('may wait while the master itself says that it is not in sync', async () => {
    const stage = await open('held');
    stage.master.disk.write(rule, textBytes('two'), 'operator');
    stage.pass(100_000);
    await stage.sample();
    expect(stage.violations).toEqual([]);
  });
});

describe('restarts', () => {
  const crash = (stage: Stage, path: string): void =>
    stage.logs(stage.worker, `${path} crashed: crashed on request. It is restarted.`);

  test('beyond the budget are not granted', async () => {
    const stage = await open();
    const { max } = stage.worker.config()!.muster.restarts;
    for (let n = 0; n < max; n++) crash(stage, `/a${n}`);
    expect(stage.violations).toEqual([]);
    crash(stage, '/a0');
    expect(stage.violations).toEqual([
      expect.stringMatching(/^restart-budget: the root of worker1 granted \d+ restarts/),
    ]);
  });

  test('count for their own supervisor, their own time and their own process', async () => {
    const stage = await open();
    for (let n = 0; n < stage.worker.config()!.muster.restarts.max; n++) crash(stage, '/a');
    for (let n = 0; n < stage.worker.config()!.muster.restarts.max; n++) crash(stage, '/links/a');
    stage.pass(1_000_000);
    for (let n = 0; n < stage.worker.config()!.muster.restarts.max; n++) crash(stage, '/a');
    stage.becomes(stage.worker, 'killed');
    for (let n = 0; n < stage.worker.config()!.muster.restarts.max; n++) crash(stage, '/a');
    expect(stage.violations).toEqual([]);
  });
});
