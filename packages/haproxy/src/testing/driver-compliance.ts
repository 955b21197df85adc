/** What every driver promises. Knows no test framework: `describe`, `it` and `equal` come in. */
import type { AdminState } from '../driver.ts';
import { codeOf, type DriverStage, never, type On, seen, type TestFramework, wantedAt } from './driver-stage.ts';
import { sessionCompliance } from './session-compliance.ts';

/** `open` gives a new stage for each test. What a driver's `capabilities` deny is not asked of it. */
export function driverCompliance(name: string, framework: TestFramework, open: () => Promise<DriverStage>): void {
  const { it } = framework;
  /** A test that closes its stage whatever happens. */
  const on = (title: string, body: (stage: DriverStage) => Promise<void>): void =>
    it(title, async () => {
      const stage = await open();
      try {
        await stage.driver.prepare(never);
        await body(stage);
      } finally {
        stage.driver.close();
        await stage.close();
      }
    });
  framework.describe(`${name} as a driver`, () => {
    instanceCompliance(framework, on);
    joinCompliance(framework, on);
    changeCompliance(framework, on);
    refusalCompliance(framework, on);
    sessionCompliance(framework, on);
  });
}

function instanceCompliance({ equal }: TestFramework, on: On): void {
  on('has no advice for a sound configuration, however often it is asked', async ({ driver }) => {
    equal(await driver.prepare(never), []);
    equal(await driver.prepare(never), []);
  });

  on('names the same instance until HAProxy is started anew, then another', async (stage) => {
    const before = await stage.driver.instance(never);
    equal(before.pid > 0 && before.version.length > 0, true);
    equal(await stage.driver.instance(never), before);
    if (stage.restart === undefined) return;
    await stage.restart();
    const after = await stage.driver.instance(never);
    equal(after.pid === before.pid && after.startedAt === before.startedAt, false);
  });

  on('begins a restarted HAProxy with the servers that were written down', async (stage) => {
    if (stage.restart === undefined) return;
    const wanted = await wantedAt(stage, 'worker1');
    await stage.driver.ensureServer(wanted, never);
    await stage.driver.persist([wanted], never);
    await stage.restart();
    const { name, address, port, weight } = (await seen(stage, 'worker1'))!;
    equal({ name, address, port, weight }, wanted);
  });
}

function joinCompliance({ equal }: TestFramework, on: On): void {
  on('adds a server that takes nobody until somebody says ready', async (stage) => {
    const wanted = await wantedAt(stage, 'worker1');
    await stage.driver.ensureServer(wanted, never);
    const { name, address, port, weight, admin, sessions } = (await seen(stage, 'worker1'))!;
    equal({ name, address, port, weight }, wanted);
    equal([admin, sessions], ['drain', 0]);
    await stage.driver.setState('worker1', 'ready', never);
    equal((await seen(stage, 'worker1'))?.admin, 'ready');
  });

  on('sees the health of a drained server, alive or dead', async (stage) => {
    if (!stage.driver.capabilities.checks) return;
    await stage.driver.ensureServer(await wantedAt(stage, 'worker1'), never);
    await stage.driver.ensureServer(await wantedAt(stage, 'worker2', 'dead'), never);
    const health = async (name: string) => (await seen(stage, name))?.health;
    await stage.until('the living one is up', async () => (await health('worker1')) === 'up');
    await stage.until('the dead one is down', async () => (await health('worker2')) === 'down');
    equal([(await seen(stage, 'worker1'))?.admin, (await seen(stage, 'worker2'))?.admin], ['drain', 'drain']);
  });

  on('leaves a server as it is that is there already', async (stage) => {
    const wanted = await wantedAt(stage, 'worker1');
    await stage.driver.ensureServer(wanted, never);
    await stage.driver.setState('worker1', 'ready', never);
    await stage.driver.ensureServer(wanted, never);
    equal((await stage.driver.servers(never)).length, 1);
    equal((await seen(stage, 'worker1'))?.admin, 'ready');
  });

  on('refuses another address for a server that is there', async (stage) => {
    const wanted = await wantedAt(stage, 'worker1');
    await stage.driver.ensureServer(wanted, never);
    const { port } = await stage.manager('alive');
    equal(await codeOf(stage.driver.ensureServer({ ...wanted, port }, never)), 'address-differs');
    equal((await seen(stage, 'worker1'))?.port, wanted.port);
  });
}

const states: readonly AdminState[] = ['drain', 'maint', 'ready', 'maint', 'drain', 'ready'];

function changeCompliance({ equal }: TestFramework, on: On): void {
  on('shows each state as it was set, from each other one', async (stage) => {
    await stage.driver.ensureServer(await wantedAt(stage, 'worker1'), never);
    for (const state of states) {
      await stage.driver.setState('worker1', state, never);
      equal((await seen(stage, 'worker1'))?.admin, state);
    }
  });

  on('shows the weight that was set', async (stage) => {
    if (!stage.driver.capabilities.weights) return;
    await stage.driver.ensureServer(await wantedAt(stage, 'worker1'), never);
    for (const weight of [1, 256, 50]) {
      await stage.driver.setWeight('worker1', weight, never);
      equal((await seen(stage, 'worker1'))?.weight, weight);
    }
  });

  on('takes a server away that is in maintenance, says so once, and leaves the others', async (stage) => {
    await stage.driver.ensureServer(await wantedAt(stage, 'worker1'), never);
    await stage.driver.ensureServer(await wantedAt(stage, 'worker2'), never);
    await stage.driver.setState('worker1', 'maint', never);
    equal(await stage.driver.removeServer('worker1', never), 'removed');
    equal(await stage.driver.removeServer('worker1', never), 'gone');
    equal(
      (await stage.driver.servers(never)).map(({ name }) => name),
      ['worker2'],
    );
  });

  on('adds a server again that was taken away, at another address', async (stage) => {
    await stage.driver.ensureServer(await wantedAt(stage, 'worker1'), never);
    await stage.driver.setState('worker1', 'maint', never);
    equal(await stage.driver.removeServer('worker1', never), 'removed');
    const moved = await wantedAt(stage, 'worker1');
    await stage.driver.ensureServer(moved, never);
    equal((await seen(stage, 'worker1'))?.port, moved.port);
  });
}

const hostileNames = ['', 'a b', 'a;shutdown sessions server b', 'a\nb', 'a/b', 'é', 'x'.repeat(500)];
const hostileAddresses = ['', '1.2.3.4;x', '1.2.3.4 check', '1.2.3.4\n', '0.0.0.0', '::', '-x', '1.2.3.4:80'];
const hostilePorts = [0, -1, 1.5, 65_536, Number.NaN];
const hostileWeights = [0, 257, 1.5, Number.NaN];

function refusalCompliance({ equal }: TestFramework, on: On): void {
  on('refuses names, addresses, ports and weights that cannot be sent, and changes nothing', async (stage) => {
    const { driver } = stage;
    const wanted = await wantedAt(stage, 'worker1');
    await driver.ensureServer(wanted, never);
    const before = (await driver.servers(never)).map(({ name, admin, weight }) => [name, admin, weight]);
    const other = { ...wanted, name: 'worker2' };
    const calls = [
      ...hostileNames.flatMap((name) => [
        () => driver.ensureServer({ ...wanted, name }, never),
        () => driver.setState(name, 'maint', never),
        () => driver.removeServer(name, never),
        ...(driver.capabilities.weights ? [() => driver.setWeight(name, 1, never)] : []),
      ]),
      ...hostileAddresses.map((address) => () => driver.ensureServer({ ...other, address }, never)),
      ...hostilePorts.map((port) => () => driver.ensureServer({ ...other, port }, never)),
      ...hostileWeights.map((weight) => () => driver.ensureServer({ ...other, weight }, never)),
    ];
    for (const call of calls) equal(await codeOf(call()), 'bad-name');
    equal(
      (await driver.servers(never)).map(({ name, admin, weight }) => [name, admin, weight]),
      before,
    );
  });

  on('says that it failed where there is no such server', async ({ driver }) => {
    equal(await codeOf(driver.setState('nobody', 'ready', never)), 'failed');
    if (driver.capabilities.weights) equal(await codeOf(driver.setWeight('nobody', 10, never)), 'failed');
  });

  on('rejects with the reason of a signal that fired', async (stage) => {
    const { driver } = stage;
    const reason = new Error('stop');
    const fired = AbortSignal.abort(reason);
    const wanted = await wantedAt(stage, 'worker1');
    const calls = [
      driver.prepare(fired),
      driver.instance(fired),
      driver.servers(fired),
      driver.ensureServer(wanted, fired),
      driver.setState('worker1', 'drain', fired),
      driver.removeServer('worker1', fired),
    ];
    for (const call of calls) equal(await codeOf(call), reason);
    equal(await driver.servers(never), []);
  });
}
