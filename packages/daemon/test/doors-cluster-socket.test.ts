/** The socket of the manager's programs, on whole nodes. */
import { openTestCluster, type TestCluster, type TestNode } from './one-process.ts';

/** Sends one request and gathers frames until there are `count`. By the byte of `reference/links.md` 6. */
async function spoken(cluster: TestCluster, node: TestNode, command: string, payload: string, count: number) {
  const connection = await node.dialInternally();
  let came = Buffer.alloc(0);
  connection.listen({
    data: (bytes) => {
      came = Buffer.concat([came, bytes]);
    },
    drained: () => {},
    closed: () => {},
  });
  const frame = Buffer.alloc(20 + payload.length, '-');
  frame.writeUInt32BE(7, 0);
  frame.writeUInt32BE(payload.length, 4);
  frame.write(`${command} `, 8);
  frame.write(payload, 20);
  connection.write(frame);
  const frames = () => {
    const found: { readonly counter: number; readonly field: string; readonly text: string }[] = [];
    for (let at = 0; at + 20 <= came.length; at += 20 + came.readUInt32BE(at + 4)) {
      const end = at + 20 + came.readUInt32BE(at + 4);
      const field = came.toString('latin1', at + 8, at + 20);
      if (end <= came.length)
        found.push({ counter: came.readUInt32BE(at), field, text: came.toString('utf8', at + 20, end) });
    }
    return found;
  };
  await cluster.until(`${count} frames of ${node.name}`, () => frames().length >= count);
  connection.destroy();
  return frames();
}

let cluster: TestCluster;
let worker: TestNode;
beforeEach(async () => {
  cluster = await openTestCluster(1);
  worker = cluster.nodes[1]!;
  await cluster.until('all in sync', cluster.inSync);
});
afterEach(async () => {
  await cluster.close();
});

const utc = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const listed = [
  { name: 'master', type: 'master', version: expect.any(String), ip: 'master.example' },
  { name: 'worker1', type: 'worker', version: expect.any(String), ip: expect.any(String) },
];

describe('c-internal.sock', () => {
  it('of a master lists the nodes that take part', async () => {
    const [answer] = await spoken(cluster, cluster.master, 'get_nodes', '{}', 1);
    expect([answer?.counter, answer?.field]).toEqual([7, 'ok ---------']);
    expect(JSON.parse(answer!.text)).toEqual({ items: listed, totalItems: 2 });
  });

  it('of a worker lists what its master says, after it said that it asks', async () => {
    const [first, second] = await spoken(cluster, worker, 'get_nodes', '{"filter_type":"worker"}', 2);
    expect(first).toEqual({ counter: 7, field: 'ok ---------', text: 'Sent request to master node' });
    expect([second?.counter, second?.field]).toEqual([2 ** 31 + 7, 'control_res ']);
    expect(JSON.parse(second!.text)).toEqual({ items: listed.slice(1), totalItems: 1 });
  });

  it('tells the health of all, on a worker as its master does', async () => {
    const [onMaster] = await spoken(cluster, cluster.master, 'get_health', 'null', 1);
    const [, onWorker] = await spoken(cluster, worker, 'get_health', '["worker1","nobody"]', 2);
    expect(JSON.parse(onMaster!.text)).toMatchObject({
      n_connected_nodes: 1,
      nodes: {
        master: { info: { type: 'master', n_active_agents: 0 } },
        worker1: {
          info: { type: 'worker' },
          status: { sync_integrity_free: expect.any(Boolean), last_keep_alive: utc },
        },
      },
    });
    const { nodes } = JSON.parse(onWorker!.text);
    expect(Object.keys(nodes)).toEqual(['worker1']);
    expect(nodes.worker1.status.last_check_integrity).toEqual({ date_start_master: utc, date_end_master: utc });
  });

  it('of a master no longer lists a worker that is gone', async () => {
    await worker.running.stop().catch(() => {});
    await cluster.until('the master knows', async () => {
      const row = (await cluster.view()).find(({ name }) => name === 'worker1');
      return row?.liveness === 'down' || row?.liveness === 'left';
    });
    const [answer] = await spoken(cluster, cluster.master, 'get_nodes', '', 1);
    expect(JSON.parse(answer!.text)).toEqual({ items: listed.slice(0, 1), totalItems: 1 });
  });

  it('of a worker without its master refuses with 3023', async () => {
    await cluster.master.running.stop();
    await cluster.until('the worker knows', () => worker.logged.some((line) => line.includes('Trying again')));
    for (const command of ['get_nodes', 'get_health']) {
      const [answer] = await spoken(cluster, worker, command, 'null', 1);
      expect([answer?.counter, answer?.field]).toEqual([7, 'err --------']);
      expect(JSON.parse(answer!.text).__wazuh_exception__.__object__.code).toBe(3023);
    }
  });

  it('of every node tells the hashes of its rules, and its configuration without the key', async () => {
    cluster.master.write('etc/rules/local.xml', '<rule/>');
    await cluster.until('all in sync', async () => 'etc/rules/local.xml' in hashes(await hashed()) && cluster.inSync());
    const [own] = await spoken(cluster, cluster.master, 'get_hash', '', 1);
    expect(hashes(await hashed())).toEqual(hashes(own!.text));
    const [config] = await spoken(cluster, worker, 'get_config', '', 1);
    expect(JSON.parse(config!.text)).toMatchObject({ node_name: 'worker1', node_type: 'worker', key: '*****' });
    expect(config!.text).not.toContain('k1k1');
  });

  it('comes back after a crash of its actor', async () => {
    await cluster.master.ask({ type: 'crash-actor', path: '/cluster-socket' });
    await cluster.until('it answers', async () => {
      const [answer] = await spoken(cluster, cluster.master, 'echo', 'x', 1).catch(() => []);
      return answer?.text === 'x';
    });
  });
});

const hashed = async (): Promise<string> => (await spoken(cluster, worker, 'get_hash', '', 1))[0]?.text ?? '{}';
const hashes = (text: string): Readonly<Record<string, string>> => JSON.parse(text) as Record<string, string>;
