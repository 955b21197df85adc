/** What drivers promise that see and end single sessions. */
import type { Session } from '../driver.ts';
import { type DriverStage, never, type On, seen, type TestFramework, wantedAt } from './driver-stage.ts';

/** Two servers that are ready, and agents on them. Undefined: here are no sessions to see. */
async function staged(stage: DriverStage, agents: number): Promise<readonly Session[] | undefined> {
  const { driver, connect } = stage;
  if (!driver.capabilities.sessions || !driver.capabilities.cut || connect === undefined) return undefined;
  for (const name of ['worker1', 'worker2']) {
    await driver.ensureServer(await wantedAt(stage, name), never);
    if (driver.capabilities.checks)
      await stage.until(`${name} is up`, async () => (await seen(stage, name))?.health === 'up');
    await driver.setState(name, 'ready', never);
  }
  await connect(agents);
  await stage.until('all are there', async () => (await driver.sessions(never)).length === agents);
  return driver.sessions(never);
}

const on1 = (sessions: readonly Session[]): readonly string[] =>
  sessions.filter(({ server }) => server === 'worker1').map(({ source }) => source);

const isOne = async (stage: DriverStage, count: number): Promise<void> => {
  await stage.until(
    `${count} are left on worker1`,
    async () => on1(await stage.driver.sessions(never)).length === count,
  );
};

export function sessionCompliance({ equal }: TestFramework, on: On): void {
  on('lists every session once, with its server, as many as the servers count', async (stage) => {
    const sessions = await staged(stage, 20);
    if (sessions === undefined) return;
    equal(new Set(sessions.map(({ id }) => id)).size, 20);
    equal(new Set(sessions.map(({ source }) => source)).size, 20);
    for (const { name, sessions: count } of await stage.driver.servers(never))
      equal([name, sessions.filter(({ server }) => server === name).length], [name, count]);
    equal(on1(sessions).length, 10);
  });

  on('ends those that were ordered, and no other', async (stage) => {
    const sessions = await staged(stage, 20);
    if (sessions === undefined) return;
    const sources = on1(sessions).slice(0, 4);
    const ended = await stage.driver.cut({ server: 'worker1', sources, keep: 0 }, never);
    equal([...ended].sort(), [...sources].sort());
    await isOne(stage, 6);
    const left = await stage.driver.sessions(never);
    equal(
      left.filter(({ source }) => sources.includes(source)),
      [],
    );
    equal(left.length, 16);
  });

  on('leaves as many as it was told to keep', async (stage) => {
    const sessions = await staged(stage, 20);
    if (sessions === undefined) return;
    const ended = await stage.driver.cut({ server: 'worker1', sources: on1(sessions), keep: 7 }, never);
    equal(ended.length, 3);
    await isOne(stage, 7);
    equal(await stage.driver.cut({ server: 'worker1', sources: on1(sessions), keep: 7 }, never), []);
  });

  on('ends nobody who is on another server, unknown, or gone', async (stage) => {
    const sessions = await staged(stage, 20);
    if (sessions === undefined) return;
    const elsewhere = sessions.filter(({ server }) => server === 'worker2').map(({ source }) => source);
    const sources = [...elsewhere, '192.0.2.1:1', '', 'x;y'];
    equal(await stage.driver.cut({ server: 'worker1', sources, keep: 0 }, never), []);
    equal(await stage.driver.cut({ server: 'nobody', sources: on1(sessions), keep: 0 }, never), []);
    equal((await stage.driver.sessions(never)).length, 20);
  });

  on('calls a server busy that still has sessions, and takes it away when it has none', async (stage) => {
    const sessions = await staged(stage, 20);
    if (sessions === undefined) return;
    await stage.driver.setState('worker1', 'maint', never);
    equal(await stage.driver.removeServer('worker1', never), 'busy');
    await stage.driver.cut({ server: 'worker1', sources: on1(sessions), keep: 0 }, never);
    await stage.until('it is removed', async () => (await stage.driver.removeServer('worker1', never)) === 'removed');
    equal(await seen(stage, 'worker1'), undefined);
    equal((await stage.driver.sessions(never)).length, 10);
  });

  on('gives new agents to nobody who is drained', async (stage) => {
    const sessions = await staged(stage, 4);
    if (sessions === undefined) return;
    await stage.driver.setState('worker1', 'drain', never);
    await stage.connect!(6);
    await stage.until('all are there', async () => (await stage.driver.sessions(never)).length === 10);
    equal(on1(await stage.driver.sessions(never)).length, 2);
  });
}
