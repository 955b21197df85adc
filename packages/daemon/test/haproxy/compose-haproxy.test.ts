/** A master and its workers composed as in production, in front of them an HAProxy in memory. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActorTree, Health } from '@muster/control';
import type { Balance, EventKind, Events } from '@muster/protocol';
import { openTestCluster, type TestCluster } from '../one-process.ts';
import { type SpokenHaproxy, spokenHaproxy } from './spoken-haproxy.ts';

const muster = `haproxy:
  instances: [/run/haproxy.sock]
  nodes:
    worker1: {address: 10.0.0.2}
    worker2: {address: 10.0.0.3, port: 2514, weight: 50}
    worker3: {address: 10.0.0.4}
`;
const folder = mkdtempSync(join(tmpdir(), 'muster-haproxy-'));
let cluster: TestCluster;
let haproxy: SpokenHaproxy;

beforeAll(async () => {
  haproxy = spokenHaproxy();
  cluster = await openTestCluster(2, 100, { haproxy: haproxy.ports, muster, folder });
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

const balance = async (): Promise<Balance['instances'][number]> =>
  ((await cluster.master.ask({ type: 'get-balance' })) as Balance).instances[0]!;
const admins = (): Readonly<Record<string, string>> =>
  Object.fromEntries([...haproxy.servers].map(([name, { admin }]) => [name, admin]));
const drain = (node: string, drained: boolean) => cluster.master.ask({ type: 'drain-node', node, drained });

it('each node that lives gets a server, at the address of the configuration or of its own', async () => {
  await cluster.until('three servers take agents', async () => {
    return Object.values(admins()).filter((admin) => admin === 'ready').length === 3;
  });
  expect(
    Object.fromEntries([...haproxy.servers].map(([name, { address, port }]) => [name, `${address}:${port}`])),
  ).toEqual({ master: '10.0.0.1:1514', worker1: '10.0.0.2:1514', worker2: '10.0.0.3:2514' });
  expect(cluster.master.logged).toContain("info [HAPHelper] [Proxy] Added new server 'worker2', it takes agents.");
});

it('agents are balanced by the weights, and the view and the health say so', async () => {
  haproxy.connect(100);
  await cluster.until('balanced', async () => {
    const { phase, servers } = await balance();
    return phase === 'balanced' && servers.every(({ sessions, target }) => sessions === target);
  });
  expect(haproxy.counts()).toEqual({ master: 40, worker1: 40, worker2: 20 });
  const health = (await cluster.master.ask({ type: 'get-health' })) as Health;
  expect(health.balancers).toEqual([{ endpoint: '/run/haproxy.sock', phase: 'balanced', doing: 'balanced' }]);
});

it('a node that an operator drains gets empty, and agents again when he says so', async () => {
  await drain('worker1', true);
  await cluster.until('worker1 is empty', () => haproxy.counts().worker1 === 0);
  expect(admins()).toEqual({ master: 'ready', worker1: 'drain', worker2: 'ready' });
  expect(JSON.parse(readFileSync(join(folder, 'master/queue/cluster/muster/drained'), 'utf8'))).toEqual(['worker1']);
  await expect(drain('worker9', true)).rejects.toThrow(/^no-such-node: There is no node "worker9".*master, worker1/);
  await drain('worker2', true);
  await cluster.until('worker2 is empty', () => haproxy.counts().worker2 === 0);
  await expect(drain('master', true)).rejects.toThrow('last-node: "master" is the last node that takes agents');
  await drain('worker2', false);
  expect(await drain('worker1', false)).toEqual({ type: 'done' });
  expect(await drain('worker1', false)).toEqual({ type: 'done', already: true });
  await cluster.until('all have theirs', () => Object.values(haproxy.counts()).every((count) => count >= 20));
});

it('the journal of the master says what was balanced, and who was drained', async () => {
  const of = async (kind: EventKind) =>
    ((await cluster.master.ask({ type: 'get-events', last: 500, kind })) as Events).rows;
  await cluster.until('the last drain is in it', async () => (await of('undrained')).length === 2);
  expect((await of('balanced'))[0]).toMatchObject({
    subject: '/run/haproxy.sock',
    text: expect.stringMatching(/^\d+ of 100 sessions are ended, for their agents to connect elsewhere: \d+ from /),
  });
  expect((await of('drained')).map(({ subject }) => subject)).toEqual(['worker1', 'worker2']);
  expect((await of('undrained')).map(({ subject }) => subject)).toEqual(['worker2', 'worker1']);
});

it('what operators ask in one moment is done in the order in which they asked', async () => {
  const both = (first: boolean) => Promise.all([drain('worker1', first), drain('worker1', !first)]);
  expect(await both(true)).toEqual([{ type: 'done' }, { type: 'done' }]);
  expect(await drain('worker1', false)).toEqual({ type: 'done', already: true });
  const others = await Promise.allSettled(['worker1', 'worker2', 'master'].map((node) => drain(node, true)));
  expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  await Promise.all(['worker1', 'worker2'].map((node) => drain(node, false)));
  await cluster.until('all have theirs again', () => Object.values(haproxy.counts()).every((count) => count >= 20));
});

it('only the master balances', async () => {
  const [, worker] = cluster.nodes;
  await expect(worker!.ask({ type: 'get-balance' })).rejects.toThrow('not-master: Only the master balances agents');
  await expect(worker!.ask({ type: 'drain-node', node: 'worker1', drained: true })).rejects.toThrow('not-master');
});

it('a restarted HAProxy is filled again; one that cannot be reached is told of', async () => {
  haproxy.restart();
  await cluster.until(
    'its servers are back',
    () => Object.values(admins()).filter((one) => one === 'ready').length === 3,
  );
  haproxy.reachable = false;
  await cluster.until('it is missed', async () => (await balance()).phase === 'unreachable');
  const health = (await cluster.master.ask({ type: 'get-health' })) as Health;
  expect(health.balancers?.[0]).toMatchObject({
    phase: 'unreachable',
    trouble: expect.stringContaining('nobody listens'),
  });
  haproxy.reachable = true;
  await cluster.until('it is reached again', async () => (await balance()).reachable);
});

it('a balancer that crashes is told again who there is', async () => {
  const path = '/haproxy/haproxy-balancer';
  const restartsOf = async (): Promise<number> => {
    const { actors } = (await cluster.master.ask({ type: 'get-tree' })) as ActorTree;
    return actors.find((actor) => actor.path === path)?.restarts ?? 0;
  };
  await cluster.master.ask({ type: 'crash-actor', path });
  await cluster.until('it runs again', async () => (await restartsOf()) === 1);
  haproxy.servers.get('worker1')!.admin = 'drain';
  await cluster.until('worker1 is ready again', () => admins().worker1 === 'ready');
  expect((await balance()).servers.find(({ name }) => name === 'worker1')?.standing).toBe('up');
});

it('a crash of keep-alive takes no server out', async () => {
  const before = haproxy.changes.length;
  await cluster.master.ask({ type: 'crash-actor', path: '/keep-alive' });
  await cluster.until('all are up again', async () =>
    (await cluster.view()).every(({ liveness }) => liveness === 'up'),
  );
  await cluster.clock.advance(3_000);
  expect(haproxy.changes.slice(before).filter((line) => /drain|maint|del /.test(line))).toEqual([]);
});

it('a node that says goodbye is emptied and removed', async () => {
  haproxy.connect(30);
  await cluster.nodes[2]!.stop();
  await cluster.until('its server is gone', () => !haproxy.servers.has('worker2'));
  expect(haproxy.counts()).toEqual({ master: expect.any(Number), worker1: expect.any(Number) });
  expect(cluster.master.logged).toContain("info [HAPHelper] [Proxy] Removed server 'worker2'.");
});

it('a master that stops leaves HAProxy as it is, and still knows who is drained when it starts', async () => {
  await drain('worker1', true);
  await cluster.until('worker1 is empty', () => haproxy.counts().worker1 === 0);
  const before = haproxy.changes.length;
  await cluster.master.running.stop();
  expect(haproxy.changes.slice(before)).toEqual([]);
  await cluster.close();
  cluster = await openTestCluster(1, 100, { haproxy: haproxy.ports, muster, folder });
  await cluster.until('it is reached', async () => (await balance().catch(() => undefined))?.reachable === true);
  await cluster.until('worker1 is up', async () => (await cluster.view()).every(({ liveness }) => liveness === 'up'));
  await cluster.clock.advance(3_000);
  expect(haproxy.changes.slice(before).filter((line) => line.includes('worker1'))).toEqual([
    // Its checks are looked after, its state is not touched.
    ...haproxy.changes.slice(before).filter((line) => line === 'enable health wazuh_reporting/worker1'),
  ]);
  expect(admins().worker1).toBe('drain');
});

it('a list of drained nodes that cannot be read is told of, and put aside', async () => {
  await cluster.close();
  const path = join(folder, 'master/queue/cluster/muster/drained');
  writeFileSync(path, '["worker1",]');
  cluster = await openTestCluster(1, 100, { haproxy: haproxy.ports, muster, folder });
  const told = cluster.master.logged.filter((line) => line.includes('The list of drained nodes is damaged'));
  expect(told).toEqual([
    expect.stringMatching(/^warning \[HAPHelper\].* no JSON list .*put aside as .*drained\.damaged$/),
  ]);
  expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('["worker1",]');
});
