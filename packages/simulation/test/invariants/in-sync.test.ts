import type { ClusterView, NodeView } from '@muster/protocol';
import { openInvariants } from '../../src/invariants/index.ts';
import { openStage, root, type Stage, textBytes } from './stage.ts';

const row = (name: string, more: Partial<NodeView> = {}): NodeView => ({
  ...{ name, role: 'worker', version: '0', address: '-', liveness: 'up', reason: 'fine', sync: 'in-sync' },
  ...{ behindMs: 0, files: 0, heardMs: 0, loopDelayMs: 0 },
  ...more,
});
const view = (...nodes: readonly NodeView[]): ClusterView => ({ type: 'cluster', cluster: 'one', nodes: [...nodes] });

async function open(
  seen = view(row('master'), row('worker1')),
): Promise<Stage & { differs: () => Promise<string | undefined> }> {
  const stage = await openStage();
  stage.master.ask = async () => seen;
  const { healed } = openInvariants(stage.world);
  return { ...stage, differs: async () => (await healed())?.text };
}

function both({ master, worker }: Stage, path: string, text: string): void {
  for (const { disk } of [master, worker]) disk.write(`${root}/${path}`, textBytes(text), 'operator');
}

test('equal files and a master that says so are in sync', async () => {
  const stage = await open();
  both(stage, 'etc/shared/default/agent.conf', 'x');
  stage.worker.disk.write(`${root}/etc/shared/ar.conf`, textBytes('own'), 'operator');
  stage.worker.disk.write(`${root}/etc/ossec.conf`, textBytes('own'), 'operator');
  stage.worker.disk.write(`${root}/etc/rules/x.tmp`, textBytes('own'), 'operator');
  expect(await stage.differs()).toBeUndefined();
});

test.each<[string, ClusterView, RegExp]>([
  ['does not know a node', view(row('master')), /the master does not know worker1/],
  ['sees one down', view(row('master'), row('worker1', { liveness: 'down' })), /sees worker1 down/],
  ['sees one held', view(row('master'), row('worker1', { sync: 'held', why: 'because' })), /held: because/],
  ['sees one behind', view(row('master'), row('worker1', { lag: 2 })), /sees worker1/],
])('a master that %s is not', async (_, seen, words) => {
  const stage = await open(seen);
  expect(await stage.differs()).toMatch(words);
});

test('a master that does not answer is not', async () => {
  const stage = await open();
  stage.master.ask = () => Promise.reject(new Error('nobody listens'));
  expect(await stage.differs()).toMatch(/does not answer: .*nobody listens/);
});

test.each<[string, (stage: Stage) => void, RegExp | undefined]>([
  [
    'lacks a file',
    ({ worker }) => worker.disk.remove(`${root}/etc/rules/a.xml`, 'fault'),
    /worker1 lacks etc\/rules\/a.xml/,
  ],
  [
    'has other bytes',
    ({ worker }) => worker.disk.write(`${root}/etc/rules/a.xml`, textBytes('two'), 'fault'),
    /a.xml on worker1 is/,
  ],
  [
    'has another mode',
    ({ worker }) => worker.disk.chmod(`${root}/etc/rules/a.xml`, 0o600, 'fault'),
    /mode 600, wanted is 660/,
  ],
  [
    'has a file more',
    ({ worker }) => worker.disk.write(`${root}/etc/rules/b.xml`, textBytes('two'), 'fault'),
    /has etc\/rules\/b.xml, which/,
  ],
  [
    'has a name that is left out',
    ({ worker }) => worker.disk.write(`${root}/etc/rules/b\\x`, textBytes('two'), 'fault'),
    undefined,
  ],
  [
    'has what is a link on the master',
    (stage) => {
      stage.worker.disk.write(`${root}/etc/rules/b.xml`, textBytes('two'), 'fault');
      const { exists } = stage.master.disk;
      Object.assign(stage.master.disk, { exists: (path: string) => path.endsWith('b.xml') || exists(path) });
    },
    undefined,
  ],
])('a worker that %s', async (_, act, words) => {
  const stage = await open();
  both(stage, 'etc/rules/a.xml', 'one');
  act(stage);
  const differs = await stage.differs();
  if (words === undefined) expect(differs).toBeUndefined();
  else expect(differs).toMatch(words);
});
