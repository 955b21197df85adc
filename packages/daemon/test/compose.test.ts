import type { ActorTree, Health } from '@muster/control';
import type { Explanation } from '@muster/protocol';
import { openTestCluster, type TestCluster, type TestNode } from './one-process.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await openTestCluster(2);
});
afterAll(() => cluster.close());

const actorsOf = ({ running }: TestNode): readonly string[] =>
  running.system.inspect().flatMap(({ kind, path }) => (kind === 'actor' ? [path] : []));

it('a master and two workers, composed as in production, come in sync', async () => {
  const { master, until, inSync } = cluster;
  master.write('etc/rules/first.xml', '<group name="first">');
  master.write('etc/shared/empty.conf', '');
  await until('all in sync', inSync);
  expect(cluster.nodes.map(({ files }) => files())).toEqual(
    Array.from({ length: 3 }, () => ({ '/etc/rules/first.xml': '<group name="first">', '/etc/shared/empty.conf': '' })),
  );
});

it('a change on the master travels, one on a worker is undone', async () => {
  const { master, nodes, until, inSync } = cluster;
  const [, worker] = nodes as [TestNode, TestNode];
  master.write('etc/rules/first.xml', '<group name="second">');
  worker.write('etc/rules/stray.xml', 'of nobody');
  await until('the stray is gone, the change is there', async () => {
    return worker.files()['/etc/rules/stray.xml'] === undefined && (await inSync());
  });
  expect(worker.files()['/etc/rules/first.xml']).toBe('<group name="second">');
});

it('each node explains itself and the others, and names those there are to whoever asks for another', async () => {
  const { nodes } = cluster;
  const [master, worker] = nodes as [TestNode, TestNode];
  const why = async (asked: TestNode, node: string): Promise<string> =>
    ((await asked.ask({ type: 'explain', node })) as Explanation).text;
  expect(await why(master, 'master')).toContain('master is the master and has published generation');
  expect(await why(worker, 'master')).toContain('master is the master and has published generation');
  for (const asked of nodes)
    expect(await why(asked, 'worker1')).toMatch(/^worker1 is in sync: its disk holds generation/);
  for (const asked of nodes) {
    await expect(why(asked, 'worker9')).rejects.toThrow(/^no-such-node: There is no node "worker9".*worker1, worker2/);
    await expect(asked.ask({ type: 'crash-actor', path: '/nobody' })).rejects.toThrow(
      'muster tree lists those there are',
    );
    expect(await asked.ask({ type: 'sync-now' })).toEqual({ type: 'done' });
    expect(((await asked.ask({ type: 'get-health' })) as Health).state).toBe('in-sync');
  }
});

it('every actor of every node may crash: what it does goes on, and the others stay', async () => {
  const { nodes, master, until, inSync } = cluster;
  for (const node of nodes) {
    for (const path of actorsOf(node)) {
      const text = `after the crash of ${path} on ${node.name}`;
      expect(node.running.system.crash(path, new Error('a drill'))).toBe(true);
      await until(`${path} of ${node.name} runs again`, () => actorsOf(node).includes(path));
      master.write('etc/rules/first.xml', text);
      await until(text, async () => (await inSync()) && nodes[2]!.files()['/etc/rules/first.xml'] === text);
    }
  }
  expect(nodes.flatMap(({ gaveUp }) => gaveUp)).toEqual([]);
  const tree = (await master.ask({ type: 'get-tree' })) as ActorTree;
  const restarts = tree.actors.filter(({ kind }) => kind === 'actor').map((actor) => `${actor.path} ${actor.restarts}`);
  expect(restarts.sort()).toEqual([
    '/agent-groups 1',
    '/agent-info 1',
    '/cluster-socket 1',
    '/control 1',
    '/file-sync 1',
    '/integrity 1',
    '/keep-alive 1',
    '/links/listener 1',
    '/links/node:worker1 0',
    '/links/node:worker2 0',
    '/own-agents 1',
    '/registration 1',
  ]);
});

it('a network that breaks and comes back leaves everybody linked again', async () => {
  const { network, master, until, inSync, view } = cluster;
  network.cut();
  await until('the loss is seen', async () => (await view()).some(({ liveness }) => liveness === 'suspect'));
  master.write('etc/rules/second.xml', 'written meanwhile');
  await until('all in sync again', inSync);
});

it('a worker that stops says goodbye; after the stop of all no actor, timer or link is left', async () => {
  const { nodes, master, clock, network, until, view } = cluster;
  const [, , last] = nodes as [TestNode, TestNode, TestNode];
  await last.running.stop();
  await until('it has left', async () =>
    (await view()).some(({ name, liveness }) => name === last.name && liveness === 'left'),
  );
  for (const node of [...nodes].reverse()) await node.running.stop();
  await clock.advance(0);
  expect(network.open()).toBe(0);
  expect(clock.timers()).toBe(0);
  const left = nodes.flatMap(({ running }) => running.system.inspect().map(({ path, status }) => `${path} ${status}`));
  expect(left).toEqual(['/ stopped', '/ stopped', '/ stopped']);
  expect(master.logged.filter((line) => /\bbug:|cannot be sent/.test(line))).toEqual([]);
});
