/** The HTTP API of a real cluster: from the master and from a worker, over TLS, with real users; and when nodes go. */
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { hashPassword, saltBytes, type User, usersPath, writeUsers } from '@muster/http-api/users';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import { faultsOf } from '@muster/metrics/testing';
import { freePort } from '../../src/free-port.ts';

const password = 'correct horse battery';
const ports = new Map<string, number>();
let cluster: Cluster;

beforeAll(async () => {
  const scrypt = await hashPassword(password, Buffer.alloc(saltBytes, 3));
  const users: readonly User[] = [
    { name: 'foo', role: 'read', scrypt },
    { name: 'boss', role: 'operate', scrypt },
  ];
  for (const name of ['master', 'worker1']) ports.set(name, await freePort());
  cluster = await openCluster({
    workers: 1,
    prepare: async ({ name, root }) => {
      const yaml = ['http_api:', '  enabled: yes', `  port: ${ports.get(name)}`, '  requests_per_minute: 1000000', ''];
      writeFileSync(join(root, 'etc/muster.yaml'), yaml.join('\n'));
      await writeUsers(usersPath(root), users, join(root, 'etc/ossec.conf'));
    },
  });
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
}, 300_000);
afterAll(() => cluster?.close());

interface Reply {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  readonly json: any;
}

/** As `curl --cacert` does: the certificate that the node made is the only one that is trusted. */
function curl(node: ClusterNode, path: string, auth = `foo:${password}`, method = 'GET'): Promise<Reply> {
  const authorization = auth.includes(':') ? `Basic ${Buffer.from(auth).toString('base64')}` : `Bearer ${auth}`;
  const ca = readFileSync(join(node.root, 'queue/cluster/muster/http/certificate.pem'));
  const settings = {
    host: 'localhost',
    port: ports.get(node.name)!,
    path,
    method,
    ca,
    agent: false,
    headers: { authorization },
  };
  return new Promise((resolve, reject) => {
    const asking = request(settings, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => {
        text += part.toString();
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }),
      );
    });
    asking.on('error', reject);
    asking.end();
  });
}

const tokenOf = async (node: ClusterNode): Promise<string> =>
  (await curl(node, '/security/user/authenticate?raw=true', `foo:${password}`, 'POST')).text;

const names = ({ json }: Reply): readonly string[] =>
  (json.data.items ?? json.data.affected_items ?? []).map(({ name }: { readonly name: string }) => name);

test('master and worker give the same list of nodes, in both forms', async () => {
  for (const node of cluster.nodes) {
    await until(`${node.name} lists both`, async () => names(await curl(node, '/cluster/nodes')).length === 2);
    const { json } = await curl(node, '/cluster/nodes?pretty');
    expect(json.data.items).toEqual([
      { name: 'master', type: 'master', version: expect.any(String), ip: '127.0.0.1' },
      { name: 'worker1', type: 'worker', version: expect.any(String), ip: '127.0.0.1' },
    ]);
    expect(names(await curl(node, '/cluster/nodes?type=worker', await tokenOf(node)))).toEqual(['worker1']);
  }
});

test('each node tells of itself, and knows the files in sync', async () => {
  for (const node of cluster.nodes) {
    expect((await curl(node, '/cluster/node')).json.data).toEqual({ node: node.name, cluster: 'lab', type: node.role });
    await until(`${node.name} is ready`, async () => (await curl(node, '/readyz')).status === 200);
    const { json } = await curl(node, '/cluster/ruleset/synchronization', await tokenOf(node));
    expect(json.data.affected_items).toEqual([
      { name: 'master', synced: true },
      { name: 'worker1', synced: true },
    ]);
  }
});

test('each node shows its metrics to Prometheus, with a user and a password, and no secret in them', async () => {
  for (const node of cluster.nodes) {
    const { status, text } = await curl(node, '/metrics');
    expect([status, faultsOf(text)]).toEqual([200, []]);
    expect(text).toContain(`role="${node.role}",node="${node.name}"} 1`);
    expect(text).toContain(`muster_node_up{node="${node.name}",role="${node.role}"} 1`);
    expect(text).not.toContain(node.root);
    expect((await curl(node, '/metrics', 'foo:wrong')).status).toBe(401);
  }
});

test('the key of the cluster, the password and R are in no answer', async () => {
  const paths = [
    '/cluster/config',
    '/cluster/nodes',
    '/cluster/worker1/info',
    '/cluster/master/logs',
    '/openapi.json',
    '/nowhere',
  ];
  for (const node of cluster.nodes) {
    for (const path of paths) {
      const { text } = await curl(node, path, `boss:${password}`);
      for (const secret of [cluster.key, password, node.root, cluster.folder]) expect(text).not.toContain(secret);
    }
  }
});

test('an order of one who may only look is refused, and that of an operator is done', async () => {
  expect((await curl(cluster.master, '/muster/sync', undefined, 'PUT')).status).toBe(403);
  expect((await curl(cluster.master, '/muster/sync', `boss:${password}`, 'PUT')).status).toBe(202);
});

test('where it listens is in the log, with the fingerprint of its certificate', () => {
  for (const node of cluster.nodes)
    expect(node.output()).toMatch(
      new RegExp(
        `\\[HTTP API\\] Listens on https://127.0.0.1:${ports.get(node.name)}, certificate SHA-256 ([0-9A-F]{2}:){31}`,
      ),
    );
});

test('after a crash of the actor it answers again on its port', async () => {
  await cluster.master.ask((client) => client.crash('/http-api'));
  await until('it was restarted', () => /\/http-api runs again/.test(cluster.master.output()));
  await until('it answers', async () => (await curl(cluster.master, '/healthz')).status === 200);
});

test('a worker whose master is stopped says 3023 of the cluster, lives, and tells of itself', async () => {
  const [worker] = cluster.workers as [ClusterNode];
  const token = await tokenOf(worker);
  cluster.master.kill('SIGTERM');
  await cluster.master.exited();
  await until(
    'the worker says that it is cut off',
    async () => (await curl(worker, '/cluster/nodes', token)).json.error === 3023,
  );
  expect((await curl(worker, '/cluster/nodes', token)).status).toBe(500);
  expect((await curl(worker, '/cluster/nodes')).json).toEqual({ error: 3023, message: expect.any(String) });
  expect((await curl(worker, '/healthz')).status).toBe(200);
  expect((await curl(worker, '/cluster/local/info', token)).json.data.affected_items[0].node).toBe('worker1');
  await expect(curl(cluster.master, '/healthz')).rejects.toThrow();
});

test('a master that comes back is asked again, and the tokens of the worker still hold', async () => {
  const [worker] = cluster.workers as [ClusterNode];
  const token = await tokenOf(worker);
  cluster.master.start();
  await until(
    'the worker lists both again',
    async () => names(await curl(worker, '/cluster/nodes', token)).length === 2,
  );
});

test('a master that is wedged is said so by its worker, which shows its metrics as ever', async () => {
  const [worker] = cluster.workers as [ClusterNode];
  cluster.master.kill('SIGSTOP');
  try {
    const { json } = await curl(worker, '/cluster/nodes', await tokenOf(worker));
    expect([3021, 3023]).toContain(json.error);
    const { status, text } = await curl(worker, '/metrics');
    expect([status, faultsOf(text)]).toEqual([200, []]);
    expect(text).toContain('muster_scrape_faults{part="health"} 0');
  } finally {
    cluster.master.kill('SIGCONT');
  }
});
