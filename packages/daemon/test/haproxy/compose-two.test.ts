/** Two HAProxys in front of one master: each has its own balancer, and one that is gone holds the other up in nothing. */
import type { ActorTree } from '@muster/control';
import type { HaproxyPorts } from '@muster/haproxy';
import type { Balance } from '@muster/protocol';
import { openTestCluster, type TestCluster } from '../one-process.ts';
import { spokenHaproxy } from './spoken-haproxy.ts';

const [first, second] = [spokenHaproxy(), spokenHaproxy()];
const ports: HaproxyPorts = {
  ...first.ports,
  runtime: (endpoint, ...rest) =>
    (endpoint.kind === 'unix' && endpoint.path === '/a' ? first : second).ports.runtime(endpoint, ...rest),
};
let cluster: TestCluster;

beforeAll(async () => {
  second.reachable = false;
  cluster = await openTestCluster(1, 100, {
    haproxy: ports,
    muster: 'haproxy: {instances: [/a, /b], nodes: {worker1: {address: 10.0.0.2}}}\n',
  });
});
afterAll(() => cluster.close());

const instances = async (): Promise<Balance['instances']> =>
  ((await cluster.master.ask({ type: 'get-balance' })) as Balance).instances;
const ready = ({ servers }: typeof first): number =>
  [...servers.values()].filter(({ admin }) => admin === 'ready').length;

it('the one that answers is filled while the other is missed', async () => {
  await cluster.until('the first has both', () => ready(first) === 2);
  await cluster.until('the second is missed', async () => (await instances())[1]?.trouble !== undefined);
  expect((await instances()).map(({ endpoint, reachable }) => [endpoint, reachable])).toEqual([
    ['/a', true],
    ['/b', false],
  ]);
  expect(second.servers.size).toBe(0);
});

it('one that comes back is filled, and drained as the other', async () => {
  second.reachable = true;
  await cluster.until('the second has both', () => ready(second) === 2);
  await cluster.master.ask({ type: 'drain-node', node: 'worker1', drained: true });
  await cluster.until('worker1 is in drain on both', () =>
    [first, second].every(({ servers }) => servers.get('worker1')?.admin === 'drain'),
  );
});

it('each has an actor of its own, and its lines begin with where it is', async () => {
  const { actors } = (await cluster.master.ask({ type: 'get-tree' })) as ActorTree;
  expect(actors.map(({ path }) => path).filter((path) => path.startsWith('/haproxy'))).toEqual([
    '/haproxy',
    '/haproxy/haproxy-balancer',
    '/haproxy/haproxy-balancer-2',
  ]);
  const lines = cluster.master.logged.filter((line) => line.includes('Proxy was initialized'));
  expect(lines.map((line) => line.split('Proxy was')[0])).toEqual([
    'info [HAPHelper] [Proxy] /a: ',
    'info [HAPHelper] [Proxy] /b: ',
  ]);
});
