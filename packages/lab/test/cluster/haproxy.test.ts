/**
 * A real HAProxy in front of real nodes. Skipped where there is no haproxy; `MUSTER_REQUIRE=haproxy` makes that a
 * failure. `MUSTER_CHANGES` sets how often the membership changes under one process of HAProxy.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { nodeHaproxyPorts } from '@muster/haproxy';
import { missingHaproxy, wantedHere } from '@muster/haproxy/testing';
import { muster, until } from '@muster/lab/testing';
import { type HaproxyRig, openHaproxyRig, startAll } from './haproxy-rig.ts';

const changes = Number(process.env.MUSTER_CHANGES ?? 10);
const whenHaproxy = wantedHere('haproxy', 'a cluster behind HAProxy', missingHaproxy()) ? it : it.skip;

const rigs: HaproxyRig[] = [];
const open = async (...of: Parameters<typeof openHaproxyRig>): Promise<HaproxyRig> => {
  const rig = await openHaproxyRig(...of);
  rigs.push(rig);
  return rig;
};
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

whenHaproxy(
  'workers link and take their share; one that leaves with a goodbye costs no agent a refused connection',
  async () => {
    const rig = await open({ workers: 3, agents: 120, pauseS: 0 });
    const { cluster, agents, haproxy } = rig;
    const [worker1, worker2, worker3] = cluster.workers;
    await startAll(rig, [cluster.master, worker1!, worker2!]);
    agents.start();
    await rig.settled(['master', 'worker1', 'worker2']);

    agents.forget();
    await startAll(rig, [worker3!]);
    await rig.settled(['master', 'worker1', 'worker2', 'worker3']);
    // The fewest that make 30 of 40: a quarter of them, each once.
    expect(agents.cuts().reduce((sum, cuts) => sum + cuts, 0)).toBe(30);
    expect(Math.max(...agents.cuts())).toBe(1);

    worker1!.kill('SIGTERM');
    await worker1!.exited();
    await rig.settled(['master', 'worker2', 'worker3']);
    expect(agents.refused()).toBe(0);
    expect(haproxy.pid()).toBe((await rig.view())?.pid);
    const { code, text } = await muster(cluster.master.root, 'balance', '--plan');
    expect(text).toContain('A plan made now would move none of 120 agents.');
    expect(code).toBe(0);
  },
);

whenHaproxy(`after ${changes} changes of membership it is still the same process, and nobody was refused`, async () => {
  const rig = await open({ workers: 2, agents: 30, pauseS: 0 });
  const { cluster, agents, haproxy } = rig;
  const before = haproxy.pid();
  const [worker1, worker2] = cluster.workers;
  await startAll(rig, cluster.nodes);
  agents.start();
  await rig.settled(['master', 'worker1', 'worker2']);
  for (let change = 0; change < changes; change += 2) {
    const [goes, stays] = change % 4 === 0 ? [worker1!, worker2!] : [worker2!, worker1!];
    goes.kill('SIGTERM');
    await goes.exited();
    await rig.settled(['master', stays.name]);
    goes.start();
    await rig.settled(['master', 'worker1', 'worker2']);
  }
  expect((await rig.view())?.pid).toBe(before);
  expect(await rig.view()).toMatchObject({ restartsSeen: 0 });
  expect(agents.refused()).toBe(0);
});

whenHaproxy(
  'a server edited by hand and a reload by hand are put right, and cost no agent its connection',
  async () => {
    const rig = await open({ workers: 2, agents: 60, pauseS: 0 });
    const { cluster, agents, haproxy } = rig;
    await startAll(rig, cluster.nodes);
    agents.start();
    await rig.settled(['master', 'worker1', 'worker2']);
    agents.forget();

    const { runtime } = nodeHaproxyPorts();
    const command = (line: string): Promise<string> =>
      runtime(
        { kind: 'unix', path: haproxy.socket },
        line,
        { timeoutMs: 5_000, maxBytes: 65_536 },
        new AbortController().signal,
      );
    for (const state of ['drain', 'maint']) {
      await command(`set server wazuh_reporting/worker1 state ${state}`);
      await until(`worker1 is in ${state} no more`, () =>
        cluster.master.output().includes(`Server 'worker1' was found ${state.toUpperCase()}. Fixing it`),
      );
      await rig.settled(['master', 'worker1', 'worker2']);
    }

    const before = haproxy.pid();
    await haproxy.reload();
    await until('the new process has them all', async () => {
      const view = await rig.view();
      return view !== undefined && view.pid !== before && (await rig.serving()).length === 3;
    });
    expect(agents.connected()).toBe(60);
    expect(agents.cuts().reduce((sum, cuts) => sum + cuts, 0)).toBe(0);
    expect(agents.refused()).toBe(0);
  },
);

/** 200 of 400 agents are on the node that is drained: two chunks of 100, with seconds between. */
async function drainingTwoChunks(): Promise<HaproxyRig> {
  const rig = await open({ workers: 1, agents: 400, pauseS: 3 });
  const { cluster, agents } = rig;
  await startAll(rig, cluster.nodes);
  agents.start();
  await rig.settled(['master', 'worker1']);
  agents.forget();
  const { code, text } = await muster(cluster.master.root, 'drain', 'worker1');
  expect([code, text]).toEqual([0, expect.stringContaining('worker1 is drained')]);
  await until('the first chunk is cut', () => agents.cuts().some((cuts) => cuts > 0));
  return rig;
}

const undrained = async (rig: HaproxyRig): Promise<void> => {
  const { code } = await muster(rig.cluster.master.root, 'undrain', 'worker1');
  expect(code).toBe(0);
  await rig.settled(['master', 'worker1']);
};

whenHaproxy(
  'kill -9 of Muster in the middle of a plan: its next start finishes it, and cuts nobody twice',
  async () => {
    const rig = await drainingTwoChunks();
    const { cluster, agents, haproxy } = rig;
    const { master } = cluster;
    master.kill('SIGKILL');
    await master.exited();
    expect(agents.on('worker1')).toBeGreaterThan(0);
    master.start();
    await rig.settled(['master'], ['worker1']);
    expect(Math.max(...agents.cuts())).toBe(1);
    expect(agents.refused()).toBe(0);
    expect((await rig.view())?.pid).toBe(haproxy.pid());
    await undrained(rig);
  },
);

whenHaproxy(
  'kill -9 of HAProxy in the middle of a plan: the next one gets its servers, and nobody is left in drain',
  async () => {
    const rig = await drainingTwoChunks();
    const { haproxy } = rig;
    const before = haproxy.pid();
    await haproxy.kill();
    await until('it is missed', async () => (await rig.view())?.phase === 'unreachable');
    const health = await muster(rig.cluster.master.root, 'health');
    expect([health.code, health.text]).toEqual([
      2,
      expect.stringMatching(/^HAProxy {5}.*admin\.sock: waiting to try again/m),
    ]);
    await haproxy.start();
    await rig.settled(['master'], ['worker1']);
    expect((await rig.view())?.pid).not.toBe(before);
    await undrained(rig);
  },
);

whenHaproxy('kill -9 of both in the middle of a plan', async () => {
  const rig = await drainingTwoChunks();
  const { cluster, haproxy } = rig;
  cluster.master.kill('SIGKILL');
  await Promise.all([cluster.master.exited(), haproxy.kill()]);
  await pause(200);
  await haproxy.start();
  cluster.master.start();
  await rig.settled(['master'], ['worker1']);
  await undrained(rig);
});
