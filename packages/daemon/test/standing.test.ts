/** What nodes say of their last work: a master and two workers, composed as in production. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterView, Healthcheck, HealthcheckRow, Standing } from '@muster/protocol';
import { openTestCluster, type TestCluster, type TestNode, wallStart } from './one-process.ts';

let cluster: TestCluster;
const agents = [1, 2, 3];
const keys = agents.map((id) => `00${id} web-${id} any ${`${id}`.repeat(64)}\n`).join('');
const info = 'Linux |web |5.4 |#1 SMP |x86_64 [Ubuntu|ubuntu: 20.04] - Wazuh v3.8.2 / 0123\n#"node_name":worker1\n';

beforeAll(async () => {
  cluster = await openTestCluster(2, 100, {
    lay: (_name, root) => {
      for (const directory of ['queue/agent-info', 'queue/agent-groups', 'var/db'])
        mkdirSync(join(root, directory), { recursive: true });
    },
  });
});
afterAll(() => cluster.close());

const node = (name: string): TestNode => cluster.nodes.find((each) => each.name === name)!;
const healthcheck = async (asked: TestNode, ...nodes: string[]): Promise<readonly HealthcheckRow[]> => {
  const question = { type: 'get-healthcheck', ...(nodes.length === 0 ? {} : { nodes }) } as const;
  return ((await asked.ask(question)) as Healthcheck).rows;
};
const view = async (asked: TestNode): Promise<ClusterView> => (await asked.ask({ type: 'get-cluster' })) as ClusterView;
const standing = async (name: string): Promise<Standing> =>
  (await cluster.master
    .ask({ type: 'relay', node: name, message: { type: 'get-standing' } })
    .then((reply) => (reply.type === 'relayed' ? reply.message : reply))) as Standing;

/** An agent reports at `name`, now. */
function report(name: string, id: number): void {
  const path = join(node(name).root, `queue/agent-info/web-${id}-any`);
  writeFileSync(path, info);
  const now = (wallStart + cluster.clock.now()) / 1_000;
  utimesSync(path, now, now);
}

it('a worker says what it fetched because it was missing, because it differed, and what it deleted', async () => {
  const { master, until, inSync, clock } = cluster;
  for (const name of ['a', 'b', 'c', 'd']) master.write(`etc/rules/${name}.xml`, name);
  master.write('etc/client.keys', keys);
  await until('all in sync', inSync);
  master.write('etc/rules/a.xml', 'another');
  await until('the change is there', inSync);
  const { synced, checked, syncing } = await standing('worker1');
  expect(synced).toMatchObject({ missing: 0, shared: 1, extra: 0 });
  expect(synced!.startAgoMs).toBeGreaterThanOrEqual(synced!.endAgoMs);
  expect(checked!.endAgoMs).toBeLessThanOrEqual(synced!.endAgoMs);
  expect(syncing).toBe(false);
  node('worker1').write('etc/rules/stray.xml', 'of nobody');
  await until('the stray is gone', async () => {
    const now = (await standing('worker1')).synced;
    return now?.extra === 1 && (await inSync());
  });
  expect((await standing('worker1')).synced).toMatchObject({ missing: 0, shared: 0, extra: 1 });
  expect((await standing('worker2')).synced).toMatchObject({ missing: 0, shared: 1, extra: 0 });
  const before = (await standing('worker2')).synced!.endAgoMs;
  await clock.advance(60_000);
  expect((await standing('worker2')).synced!.endAgoMs).toBeGreaterThanOrEqual(before + 60_000);
});

it('a whole scan that finds all as it was is a check of its own', async () => {
  await cluster.clock.advance(300_000);
  await cluster.until('a scan later', async () => (await standing('worker2')).checked!.endAgoMs < 1_000);
});

it('statuses that were sent and groups that were taken over are counted, and the master counts active agents', async () => {
  const { master, until } = cluster;
  for (const id of agents) report(id === 3 ? 'worker2' : 'worker1', id);
  await until('the master knows where they report', async () => {
    const [, one, two] = await healthcheck(master);
    return one?.activeAgents === 2 && two?.activeAgents === 1;
  });
  const { agentInfo, sendingAgents } = await standing('worker1');
  expect(agentInfo!.agents).toBeGreaterThanOrEqual(1);
  expect(agentInfo!.chunks).toBeGreaterThanOrEqual(1);
  expect(agentInfo!.startAgoMs).toBeGreaterThanOrEqual(agentInfo!.endAgoMs);
  expect(sendingAgents).toBe(false);
  writeFileSync(join(master.root, 'queue/agent-groups/001'), 'web\n');
  await until('the group is there', async () => {
    const { agentGroups, agentGroupsFull } = await standing('worker2');
    return agentGroups !== undefined || agentGroupsFull !== undefined;
  });
});

it('the healthcheck has the master first, then workers as they linked, on every node', async () => {
  for (const asked of cluster.nodes) {
    const rows = await healthcheck(asked);
    expect(rows.map(({ name, role }) => `${role} ${name}`)).toEqual([
      'master master',
      'worker worker1',
      'worker worker2',
    ]);
    const [master, ...workers] = rows;
    expect(Object.keys(master!).sort()).toEqual(['activeAgents', 'address', 'name', 'role', 'version']);
    for (const row of workers) {
      expect(row).toMatchObject({ lastKeepAliveAgoMs: expect.any(Number), work: { syncing: false } });
      expect(row.staleMs).toBeUndefined();
    }
  }
  expect((await healthcheck(node('worker1'), 'worker2', 'nobody')).map(({ name }) => name)).toEqual(['worker2']);
});

it('a worker that hangs is shown with what it said last, within 1.2 s, however many look', async () => {
  const { clock, master, network, until } = cluster;
  const [, before] = await healthcheck(master);
  await clock.advance(10);
  network.hang('worker1');
  const started = clock.now();
  const asked = Array.from({ length: 10 }, () => healthcheck(master));
  asked.push(healthcheck(node('worker2')));
  let answers: readonly (readonly HealthcheckRow[])[] = [];
  void Promise.all(asked).then((all) => {
    answers = all;
  });
  for (let at = 0; at < 1_150; at += 10) await clock.advance(10);
  const passed = clock.now() - started;
  network.goOn('worker1');
  expect(answers).toHaveLength(asked.length);
  for (const rows of answers) {
    const [, hung, well] = rows;
    expect(well!.staleMs).toBeUndefined();
    expect(hung!.staleMs).toBeGreaterThanOrEqual(0);
    expect(hung!.work!.synced).toMatchObject({ missing: 0, shared: 0, extra: 1 });
    // Ages go on while nobody answers.
    const aged = hung!.work!.synced!.endAgoMs - before!.work!.synced!.endAgoMs;
    expect(aged).toBeGreaterThan(0);
    expect(aged).toBeLessThanOrEqual(passed + 11);
  }
  await until('it answers again', async () => (await healthcheck(master))[1]?.staleMs === undefined);
});

it('a worker that is gone keeps its row, with its last words, until it is forgotten', async () => {
  const { master, until } = cluster;
  const last = node('worker2');
  await last.running.stop();
  await until('it has left', async () => {
    const row = (await healthcheck(master)).at(-1);
    return row?.name === 'worker2' && row.lastKeepAliveAgoMs === undefined;
  });
  const row = (await healthcheck(master)).at(-1)!;
  expect(row.work).toMatchObject({ syncing: false });
  expect(row.staleMs).toBeGreaterThanOrEqual(0);
  await master.ask({ type: 'forget-node', node: 'worker2' });
  expect((await healthcheck(master)).map(({ name }) => name)).toEqual(['master', 'worker1']);
});

it('the view of the cluster says of a worker that its link is gone before keep-alive says down', async () => {
  const rows = async (): Promise<readonly string[]> =>
    (await view(cluster.master)).nodes.map(({ linked, liveness }) => `${linked} ${liveness}`);
  await cluster.until('all are heard', async () => (await rows()).every((row) => row === 'true up'));
  cluster.network.cut();
  await cluster.until('a link is gone', async () =>
    (await rows()).some((row) => row === 'false up' || row === 'false suspect'),
  );
});

it('a worker without a link says where to ask', async () => {
  cluster.network.cut();
  await cluster.until('the link is gone', async () => {
    const text = await healthcheck(node('worker1')).then(String, String);
    return text.includes(
      'no-master: This worker has no link to its master, and only the master knows what all nodes did.',
    );
  });
});
