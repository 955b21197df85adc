/** A master and a worker composed as in production; HAProxy is driven by its Data Plane API, agents are asked to move. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActorTree, Health } from '@muster/control';
import { type HaproxyPorts, nodeHaproxyPorts } from '@muster/haproxy';
import { type DataplaneDouble, dataplaneDouble } from '@muster/haproxy/testing';
import type { Balance } from '@muster/protocol';
import { openTestCluster, type TestCluster } from '../one-process.ts';

const versions = ['v4.3.0', 'v4.14.1', 'v4.2.9', 'v5.0.0', 'v4.7.2', 'v4.14.1'];
const apiPassword = 'ApiPass-77';
/** When the nodes' wall clocks begin, s. */
const seenAt = 1_790_000_000;
let cluster: TestCluster;
let double: DataplaneDouble;
const asked: string[] = [];

/** A client.keys on the master, and what the remoted of worker1 wrote of its agents. */
function lay(name: string, root: string): void {
  const ids = versions.map((_, index) => index + 1);
  if (name === 'master') {
    const lines = ids.map((id) => `00${id} agent-${id} any ${'ab'.repeat(32)}\n`);
    return writeFileSync(join(root, 'etc/client.keys'), lines.join(''));
  }
  const folder = join(root, 'queue/agent-info');
  mkdirSync(folder, { recursive: true });
  for (const [index, version] of versions.entries()) {
    const path = join(folder, `agent-${index + 1}-any`);
    const sum = 'c'.repeat(32);
    writeFileSync(
      path,
      `Linux |a |5.4 |#1 |x86_64 [Debian|debian: 10] - Wazuh ${version} / ${sum}\n${sum} merged.mg\n`,
    );
    utimesSync(path, seenAt, seenAt);
  }
}

const serversOf = () => double.machine.process.backends.get('wazuh_reporting');

/** The double; and the manager's API, whose agents come back elsewhere when they are asked to connect anew. */
function portsOf(): HaproxyPorts {
  const { http } = nodeHaproxyPorts();
  const never = (): Promise<never> => Promise.reject(new Error('not asked here'));
  return {
    ...{ runtime: never, resolve: never, replaceFile: never },
    wait: async () => {},
    http: async (endpoint, request, limits, signal) => {
      if (endpoint.port !== 55_000) return http(endpoint, request, limits, signal);
      const headers = {};
      if (request.path.startsWith('/security')) return { status: 200, headers, body: 'a.web.token' };
      const ids = /agents_list=([\d,]+)/.exec(request.path)?.[1]?.split(',') ?? [];
      asked.push(...ids);
      const [from, to] = [serversOf()?.get('worker1'), serversOf()?.get('master')];
      if (from !== undefined) from.sessions -= ids.length;
      if (to !== undefined) to.sessions += ids.length;
      return { status: 200, headers, body: JSON.stringify({ data: { affected_items: ids }, error: 0 }) };
    },
  };
}

beforeAll(async () => {
  double = await dataplaneDouble({ version: '3.4' });
  cluster = await openTestCluster(1, 100, {
    haproxy: portsOf(),
    lay,
    cluster: `<haproxy_helper>
      <haproxy_disabled>no</haproxy_disabled>
      <haproxy_address>127.0.0.1</haproxy_address>
      <haproxy_port>${double.port}</haproxy_port>
      <haproxy_user>${double.user}</haproxy_user>
      <haproxy_password>${double.password}</haproxy_password>
      <frequency>10</frequency>
    </haproxy_helper>
`,
    muster: `manager: files
haproxy:
  nodes:
    master: {address: 10.0.0.1}
    worker1: {address: 10.0.0.2}
  api: {url: "https://localhost:55000", user: wazuh-wui, password: ${apiPassword}}
`,
  });
});
afterAll(async () => {
  await cluster.close();
  await double.close();
});

const balance = async (): Promise<Balance['instances'][number]> =>
  ((await cluster.master.ask({ type: 'get-balance' })) as Balance).instances[0]!;

it('an enabled block alone makes backend and servers through the Data Plane API', async () => {
  await cluster.until('both take agents', () => {
    const servers = [...(serversOf()?.values() ?? [])];
    return servers.length === 2 && servers.every(({ admin }) => admin === 'ready');
  });
  expect([...serversOf()!.values()].map(({ name, address, port }) => `${name} ${address}:${port}`).sort()).toEqual([
    'master 10.0.0.1:1514',
    'worker1 10.0.0.2:1514',
  ]);
  expect(double.violations).toEqual([]);
});

it('agents are moved by asking those of the node to connect anew: the newest first, none below 4.3', async () => {
  await cluster.until('the master knows the agents', async () => {
    const health = (await cluster.master.ask({ type: 'get-health' })) as Health;
    return health.agentWork?.active === versions.length;
  });
  serversOf()!.get('worker1')!.sessions = 6;
  await cluster.until('half of them moved', async () => asked.length >= 3 && (await balance()).phase === 'balanced');
  expect(asked).toEqual(['004', '006', '002']);
});

it('neither password is in the log, in a view, or in what a crash leaves', async () => {
  double.misbehave(/./, { kind: 'answer', status: 401, body: `no ${double.password}` }, 20);
  await cluster.until('it is refused', async () => (await balance()).phase === 'unreachable');
  await cluster.master.ask({ type: 'crash-actor', path: '/haproxy/haproxy-balancer' });
  await cluster.until('it is there again', async () => (await balance().catch(() => undefined))?.reachable === true);
  const views = await Promise.all(
    (['get-balance', 'get-health', 'get-tree'] as const).map((type) => cluster.master.ask({ type })),
  );
  const words = JSON.stringify([
    views satisfies readonly object[],
    cluster.master.logged,
    cluster.master.running.system.inspect(),
  ]);
  const secrets = [double.password, apiPassword, Buffer.from(`${double.user}:${double.password}`).toString('base64')];
  expect(secrets.filter((secret) => words.includes(secret))).toEqual([]);
  expect((views[2] as ActorTree).actors.some(({ path }) => path === '/haproxy/haproxy-balancer')).toBe(true);
});
