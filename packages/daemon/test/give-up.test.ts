import { openTestCluster, type TestCluster } from './one-process.ts';

let cluster: TestCluster;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(async () => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
  cluster = await openTestCluster(2, 1);
  cluster.master.write('etc/rules/first.xml', '<group>');
  await cluster.until('all in sync', cluster.inSync);
});
afterEach(async () => {
  process.off('unhandledRejection', note);
  await cluster.close();
  expect(unhandled).toEqual([]);
});

/** Crashes the actor once more than its supervisor grants restarts. */
async function exhaust(path: string): Promise<void> {
  const { system } = cluster.master.running;
  for (let crash = 0; crash < 2; crash++) {
    await cluster.until(`${path} runs`, () => system.crash(path, new Error('a drill')));
  }
}

it('a supervisor that gives up is restarted by the root: every link is opened anew, all come in sync', async () => {
  await exhaust('/links/listener');
  cluster.master.write('etc/rules/first.xml', '<group name="after">');
  await cluster.until('all in sync again', cluster.inSync);
  expect(cluster.master.gaveUp).toEqual([]);
});

it('beyond the budget of the root everything is stopped and the reason told once; workers wait for a master', async () => {
  await exhaust('/integrity');
  await cluster.until('it gave up', () => cluster.master.gaveUp.length > 0);
  expect(cluster.master.gaveUp).toEqual([expect.stringContaining('/integrity crashed beyond the 1 restarts')]);
  const worker = cluster.nodes[1]!;
  await cluster.until('the worker dials on', () => worker.logged.some((line) => line.includes('Could not connect')));
  expect(cluster.network.open()).toBe(0);
  expect(worker.gaveUp).toEqual([]);
});
