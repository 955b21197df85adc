/** The journals of a whole master and a whole worker, read from each and through each other. */
import type { AgentRegistered, EventRow, Events, Relayed } from '@muster/protocol';
import { openTestCluster, type TestCluster, type TestNode } from '../one-process.ts';

let cluster: TestCluster;
let master: TestNode;
let worker: TestNode;
beforeAll(async () => {
  cluster = await openTestCluster(1);
  [master, worker] = cluster.nodes as [TestNode, TestNode];
});
afterAll(() => cluster.close());

const eventsOf = async (node: TestNode): Promise<readonly EventRow[]> =>
  ((await node.ask({ type: 'get-events', last: 500 })) as Events).rows;
const has = async (node: TestNode, kind: string, subject: string, text = ''): Promise<boolean> =>
  (await eventsOf(node)).some((row) => row.kind === kind && row.subject === subject && row.text.includes(text));
const until = (node: TestNode, kind: string, subject: string, text = ''): Promise<void> =>
  cluster.until(`${node.name} has ${kind} of ${subject}`, () => has(node, kind, subject, text));

it('a node that starts, links and comes in sync says so, each in its own journal', async () => {
  master.write('etc/rules/first.xml', '<group name="first">');
  await cluster.until('in sync', cluster.inSync);
  await until(master, 'joined', 'worker1');
  await until(worker, 'joined', 'master');
  await until(master, 'generation', 'master');
  await until(worker, 'synced', 'worker1');
  for (const node of cluster.nodes) {
    const [first] = await eventsOf(node);
    expect([first?.kind, first?.subject]).toEqual(['started', node.name]);
    expect(first?.text).toContain('of cluster "one".');
  }
});

it('drift that is repaired is in the journal of the worker', async () => {
  worker.write('etc/rules/stray.xml', 'of nobody');
  await cluster.until('the stray is gone', () => worker.files()['/etc/rules/stray.xml'] === undefined);
  await until(worker, 'repaired', 'worker1', 'deleted 1');
});

it('a crash and the restart after it are in the journal, and who ordered it', async () => {
  await worker.ask({ type: 'crash-actor', path: '/integrity' });
  await until(worker, 'crashed', '/integrity', 'crashed on request');
  await until(worker, 'restarted', '/integrity');
  await until(worker, 'operated', '/integrity', 'for a drill');
});

it('what a worker has is read through the master, and the other way round', async () => {
  const ask = async (node: TestNode, of: TestNode): Promise<Events> => {
    const reply = await node.ask({ type: 'relay', node: of.name, message: { type: 'get-events', last: 3 } });
    return (reply as Relayed).message as Events;
  };
  for (const [one, other] of [
    [master, worker],
    [worker, master],
  ] as const) {
    const { rows } = await ask(one, other);
    expect(rows).toEqual(((await other.ask({ type: 'get-events', last: 3 })) as Events).rows);
    expect(rows).toHaveLength(3);
  }
});

it('rows have ids that grow by one, and those after one of them can be asked for, or those of a kind', async () => {
  const rows = await eventsOf(worker);
  expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => rows[0]!.id + index));
  const third = rows[2]!.id;
  const after = (await worker.ask({ type: 'get-events', after: third })) as Events;
  expect(after.rows[0]?.id).toBe(third + 1);
  const crashed = (await worker.ask({ type: 'get-events', kind: 'crashed' })) as Events;
  expect(crashed.rows.map(({ kind }) => kind)).toEqual(['crashed']);
});

it('an agent that comes and goes through Muster is in the journals of both nodes that had to do with it', async () => {
  const { id, key } = (await worker.ask({ type: 'register-agent', name: 'web', ip: 'any' })) as AgentRegistered;
  await worker.ask({ type: 'remove-agent', id, purge: true });
  await until(worker, 'registered', '001', 'Agent 001 (web) registered, asked for by a program on this machine.');
  await until(master, 'registered', '001', 'Agent 001 (web) registered, asked for by worker1.');
  for (const node of cluster.nodes) {
    await until(node, 'removed', '001');
    expect(JSON.stringify(await eventsOf(node))).not.toContain(key);
  }
});

it('what an operator is refused is not in the journal', async () => {
  await expect(master.ask({ type: 'forget-node', node: 'worker1' })).rejects.toThrow('node-not-gone');
  expect(await has(master, 'forgotten', 'worker1')).toBe(false);
});

it('a network that breaks: both ends say that the other was lost, and that it is back', async () => {
  cluster.network.cut();
  await until(master, 'suspect', 'worker1');
  await until(worker, 'suspect', 'master');
  const back = async (node: TestNode, subject: string): Promise<boolean> => {
    const rows = (await eventsOf(node)).filter((row) => row.subject === subject);
    const lost = rows.findLastIndex(({ kind }) => kind === 'suspect');
    return rows.slice(lost).some(({ kind }) => kind === 'joined');
  };
  await cluster.until('both are back', async () => (await back(master, 'worker1')) && (await back(worker, 'master')));
});

it('no key and no path of this host is in any text, though an error has them', async () => {
  const error = new Error(`EIO: ${worker.root}/etc/rules, ${'k1'.repeat(16)}`);
  expect(worker.running.system.crash('/file-sync', error)).toBe(true);
  await until(worker, 'crashed', '/file-sync', 'It crashed: EIO: R/etc/rules, *****.');
  const texts = (await Promise.all([master, worker].map(eventsOf))).flat().map(({ text }) => text);
  expect(texts.filter((text) => text.includes('k1k1') || text.includes(worker.root))).toEqual([]);
});

it('a worker that stops says so, and its master that it left', async () => {
  await worker.running.stop();
  await until(master, 'left', 'worker1');
  await master.ask({ type: 'forget-node', node: 'worker1' });
  await until(master, 'forgotten', 'worker1');
});
