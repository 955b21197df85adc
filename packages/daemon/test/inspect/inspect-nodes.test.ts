/** Whole nodes, inspected as `muster inspect` does: here, and over the links. */
import type { LocalReply } from '@muster/control';
import type { Relay } from '@muster/protocol';
import { openTestCluster, type TestCluster, type TestNode } from '../one-process.ts';

let cluster: TestCluster;
let master: TestNode;
let worker: TestNode;

beforeAll(async () => {
  cluster = await openTestCluster(2);
  [master, worker] = cluster.nodes as [TestNode, TestNode];
  await cluster.until('all in sync', cluster.inSync);
});
afterAll(() => cluster.close());

/** Asks `node` of `at`; the clock goes on meanwhile, for links and restarts want it. */
async function ask(at: TestNode, node: string, message: Relay['message']): Promise<unknown> {
  let outcome: { readonly reply: LocalReply } | { readonly refused: string } | undefined;
  void at.ask({ type: 'relay', node, message }).then(
    (reply) => {
      outcome = { reply };
    },
    (error: Error) => {
      outcome = { refused: error.message };
    },
  );
  await cluster.until(`${at.name} answers ${message.type} of ${node}`, () => outcome !== undefined);
  if (outcome === undefined || 'refused' in outcome) return outcome?.refused;
  return outcome.reply.type === 'relayed' ? outcome.reply.message : outcome.reply;
}
const restartsOf = (node: TestNode, path: string): number | undefined =>
  node.running.system.inspect().find((row) => row.path === path)?.restarts;

describe("on the master, a worker's actor", () => {
  it('is seen from inside, with what it handled since', async () => {
    const show = { type: 'get-actor', path: '/keep-alive' } as const;
    expect(await ask(master, 'worker1', show)).toMatchObject({
      ...{ type: 'actor', messages: [], row: { path: '/keep-alive', state: 'running' } },
      state: expect.stringContaining('"peers":{"master":'),
    });
    await cluster.clock.advance(3_000);
    expect(await ask(master, 'worker1', show)).toMatchObject({
      messages: expect.arrayContaining([expect.objectContaining({ type: 'beat' })]),
      operations: expect.arrayContaining([
        expect.objectContaining({ type: 'get-nodes', example: '{"type":"get-nodes"}' }),
      ]),
    });
  });

  it('is traced', async () => {
    const opened = (await ask(master, 'worker1', { type: 'get-trace', pattern: '/keep-*' })) as { session: number };
    expect(opened).toMatchObject({ type: 'trace', rows: [], actors: 1 });
    await cluster.clock.advance(2_000);
    const query = { type: 'get-trace', pattern: '/keep-*', session: opened.session } as const;
    expect(await ask(master, 'worker1', query)).toMatchObject({
      session: opened.session,
      rows: expect.arrayContaining([expect.objectContaining({ path: '/keep-alive', message: 'beat' })]),
    });
  });

  it('is crashed and restarted, told and asked, which its log says', async () => {
    const before = restartsOf(worker, '/integrity') ?? 0;
    expect(await ask(master, 'worker1', { type: 'crash-actor', path: '/integrity' })).toEqual({ type: 'done' });
    await cluster.until('it runs again', () => restartsOf(worker, '/integrity') === before + 1);
    expect(await ask(master, 'worker1', { type: 'restart-actor', path: '/integrity' })).toEqual({ type: 'done' });
    expect(restartsOf(worker, '/integrity')).toBe(before + 2);
    const dirty = '{"type":"dirty","directories":["etc/rules"]}';
    expect(await ask(master, 'worker1', { type: 'tell-actor', path: '/integrity', message: dirty })).toEqual({
      type: 'done',
    });
    const asked = await ask(master, 'worker1', {
      type: 'ask-actor',
      path: '/integrity',
      message: '{"type":"get-state"}',
    });
    expect(asked).toMatchObject({ type: 'actor-answer', shown: expect.stringContaining('"phase":"') });
    expect(await ask(master, 'worker1', { type: 'bench-actor', path: '/integrity', count: 20 })).toMatchObject({
      ...{ type: 'bench', count: 20 },
    });
    expect(worker.logged.filter((line) => line.includes('Operated by hand'))).toEqual([
      'info [Worker worker1] [Actors] Operated by hand: /integrity was crashed.',
      'info [Worker worker1] [Actors] Operated by hand: /integrity was restarted.',
      `info [Worker worker1] [Actors] Operated by hand: /integrity was told ${dirty}.`,
      'info [Worker worker1] [Actors] Operated by hand: /integrity was asked {"type":"get-state"}.',
    ]);
    await cluster.until('all in sync', cluster.inSync);
  });

  it('that there is not, a node that there is not, and what is not understood are told apart', async () => {
    const show = { type: 'get-actor', path: '/nobody' } as const;
    const tell = { type: 'tell-actor', path: '/integrity', message: '{"type":"stop"}' } as const;
    const refusals = [
      await ask(master, 'worker1', show),
      await ask(master, 'worker9', show),
      await ask(master, 'worker1', tell),
      await ask(master, 'worker1', { type: 'get-trace', pattern: 'integrity' }),
      await ask(master, 'worker1', { type: 'restart-actor', path: '/links/node:master' }),
      await ask(master, 'worker1', { type: 'restart-actor', path: '/links' }),
    ];
    expect(refusals.map((text) => String(text).split(':')[0])).toEqual([
      ...['no-such-actor', 'no-such-node', 'bad-operation', 'bad-pattern', 'not-restarted', 'not-an-actor'],
    ]);
    expect(refusals[2]).toContain('{"type":"dirty","directories":["etc/rules"]}');
  });
});

describe('on a worker', () => {
  it('another node is seen, through the master', async () => {
    for (const node of ['master', 'worker2', 'worker1']) {
      expect(await ask(worker, node, { type: 'get-actor', path: '/integrity' })).toMatchObject({
        row: { path: '/integrity', state: 'running' },
      });
    }
    expect(await ask(worker, 'master', { type: 'get-actor', path: '/links/listener' })).toMatchObject({
      type: 'actor',
    });
    expect(String(await ask(worker, 'worker9', { type: 'get-tree' }))).toMatch(/^no-such-node: .*worker1, worker2/);
  });

  it('another node is given no orders', async () => {
    for (const node of ['master', 'worker2', 'worker9']) {
      expect(await ask(worker, node, { type: 'crash-actor', path: '/integrity' })).toMatch(/^not-allowed: /);
    }
    expect(await ask(worker, 'worker1', { type: 'bench-actor', path: '/integrity', count: 1 })).toMatchObject({
      count: 1,
    });
  });
});

it('no state, message or trace of any actor of any node shows the key of the cluster', async () => {
  const seen: unknown[] = [];
  for (const node of cluster.nodes) {
    const actors = node.running.system.inspect();
    for (const { path } of actors) seen.push(await ask(node, node.name, { type: 'get-actor', path }));
    seen.push(await ask(node, node.name, { type: 'get-trace', pattern: '**' }));
  }
  await cluster.clock.advance(2_000);
  for (const node of cluster.nodes) {
    for (const { path } of node.running.system.inspect()) {
      const detail = (await ask(node, node.name, { type: 'get-actor', path })) as { readonly state?: string };
      seen.push(detail);
    }
    seen.push(await ask(node, node.name, { type: 'get-trace', pattern: '**' }));
    seen.push(await ask(node, node.name, { type: 'get-dead-letters' }));
  }
  const everything = JSON.stringify(seen);
  expect(everything.length).toBeGreaterThan(20_000);
  expect(everything).not.toContain('k1k1');
});
