/** What the manager's own programs hear on c-internal.sock of a real cluster, by the byte of `reference/links.md` 6. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { clusterSocketPath } from '@muster/cluster-socket';
import { bytesOfFrame, exceptionIn, type Heard, type RawClient, rawClient } from '@muster/cluster-socket/testing';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';

let cluster: Cluster;
let worker: ClusterNode;
beforeAll(async () => {
  cluster = await openCluster({ workers: 1 });
  for (const node of cluster.nodes) node.start();
  [worker] = cluster.workers as [ClusterNode];
  await cluster.inSync();
});
afterAll(async () => {
  await cluster?.close();
});

/** Connects as soon as somebody listens. */
async function dial(node: ClusterNode): Promise<RawClient> {
  let client: RawClient | undefined;
  await until(`the socket of ${node.name} is open`, async () => {
    client = await rawClient(clusterSocketPath(node.root));
    return true;
  });
  return client!;
}

/** One request, byte by byte where `byByte`, and so many frames of its answer. */
async function spoken(node: ClusterNode, command: string, payload: string, count = 1, byByte = false) {
  const client = await dial(node);
  const bytes = bytesOfFrame(0x01020304, command, payload);
  for (const piece of byByte ? [...bytes].map((byte) => Uint8Array.of(byte)) : [bytes]) {
    client.write(piece);
    if (byByte) await new Promise((resolve) => setImmediate(resolve));
  }
  const heard: Heard[] = [];
  while (heard.length < count) heard.push(await client.next());
  client.end();
  return heard;
}
const json = ({ payload }: Heard) => JSON.parse(payload.toString());
/** One after the other, so that no daemon of the manager hears two at once. */
const authd = async (operation: string, given: object, byByte = false): Promise<Heard> => {
  const message = { function: operation, arguments: given };
  const [answer] = await spoken(worker, 'sendsync', JSON.stringify({ daemon_name: 'authd', message }), 1, byByte);
  return answer!;
};
const keysOf = (node: ClusterNode): string => readFileSync(join(node.root, 'etc/client.keys'), 'utf8');

it('lists the nodes on the master at once, and on a worker as its master says', async () => {
  const [onMaster] = await spoken(cluster.master, 'get_nodes', '{}');
  expect([onMaster?.counter, onMaster?.field]).toEqual([0x01020304, 'ok ---------']);
  expect(json(onMaster!)).toMatchObject({ items: [{ name: 'master' }, { name: 'worker1' }], totalItems: 2 });
  const [said, asked] = await spoken(worker, 'get_nodes', '{"sort":"-name"}', 2, true);
  expect([said?.field, said?.payload.toString()]).toEqual(['ok ---------', 'Sent request to master node']);
  expect([asked?.counter, asked?.field]).toEqual([0x81020304, 'control_res ']);
  expect(json(asked!)).toMatchObject({ items: [{ name: 'worker1' }, { name: 'master' }], totalItems: 2 });
});

it('has the same hashes on master and worker, and no key in the configuration', async () => {
  const [[master], [here]] = [await spoken(cluster.master, 'get_hash', ''), await spoken(worker, 'get_hash', '')];
  expect(Object.keys(json(master!)).length).toBeGreaterThan(0);
  expect(json(here!)).toEqual(json(master!));
  const [config] = await spoken(worker, 'get_config', '');
  expect(json(config!)).toMatchObject({ node_name: 'worker1', node_type: 'worker', key: '*****', disabled: false });
  expect(config!.payload.toString()).not.toContain(cluster.key);
});

it('has a mode that lets owner and group in', () => {
  expect(statSync(clusterSocketPath(worker.root)).mode & 0o777).toBe(0o660);
});

it("authd's add through a worker registers an agent, its key reaches the worker, and remove takes it out", async () => {
  const added = await authd('add', { name: 'web-1', ip: 'any' }, true);
  expect([added.counter, added.field]).toEqual([0x81020304, 'ok ---------']);
  const { error, data } = json(added);
  expect([error, data.name, data.ip]).toEqual([0, 'web-1', 'any']);
  expect(data.id).toMatch(/^\d{3}$/);
  const line = `${data.id} web-1 any ${data.key}`;
  expect(keysOf(cluster.master)).toContain(line);
  await until('the worker has its key', () => keysOf(worker).includes(line));
  expect(json(await authd('add', { name: 'web-1', ip: 'any' }))).toMatchObject({ error: 9008 });
  expect(json(await authd('remove', { id: data.id, purge: true }))).toMatchObject({ error: 0 });
  expect(keysOf(cluster.master)).not.toContain('web-1');
  expect(json(await authd('remove', { id: data.id, purge: true }))).toMatchObject({ error: 9011 });
});

it("remoted's assigngroup through a worker tells a group", async () => {
  const { data } = json(await authd('add', { name: 'web-2', ip: 'any' }));
  const message = { command: 'assigngroup', parameters: { agent: data.id, md5: 'a'.repeat(32) } };
  await until('the master knows the agent', async () => {
    const [answer] = await spoken(worker, 'sendsync', JSON.stringify({ daemon_name: 'remoted', message }));
    const found = json(answer!);
    if (found.error !== 0) throw new Error(JSON.stringify(found));
    expect([found.data.group, found.group]).toEqual(['default', 'default']);
    return true;
  });
});

it('reaches neither wazuh-db nor the task manager', async () => {
  for (const daemon of ['wazuh-db', 'task-manager']) {
    const [answer] = await spoken(worker, 'sendsync', JSON.stringify({ daemon_name: daemon, message: {} }));
    expect([answer?.field, exceptionIn(answer!.payload).code]).toEqual(['err --------', 3016]);
  }
});

it('says 3020 or 3023 on a worker whose master hangs, and does not wait for it', async () => {
  cluster.master.kill('SIGSTOP');
  try {
    for (const command of ['get_nodes', 'get_health']) {
      const startedAt = performance.now();
      const heard = await spoken(worker, command, 'null');
      const [last] = heard[0]?.field === 'err --------' ? heard : (await spoken(worker, command, 'null', 2)).slice(1);
      expect([3020, 3023]).toContain(exceptionIn(last!.payload).code);
      process.stdout.write(`cluster-socket: ${command} of a master that hangs: ${since(startedAt)} (goal 2000 ms)\n`);
    }
  } finally {
    cluster.master.kill('SIGCONT');
  }
  await cluster.inSync();
});

const since = (startedAt: number): string => `${Math.round(performance.now() - startedAt)} ms`;

it('says 3023 on a worker whose master is gone', async () => {
  cluster.master.kill('SIGKILL');
  await cluster.master.exited();
  for (const command of ['get_nodes', 'get_health', 'sendsync']) {
    await until(`${command} is refused`, async () => {
      const payload =
        command === 'sendsync'
          ? '{"daemon_name":"authd","message":{"function":"remove","arguments":{"id":1}}}'
          : 'null';
      const [answer] = await spoken(worker, command, payload);
      return answer?.field === 'err --------' && exceptionIn(answer.payload).code === 3023;
    });
  }
});
