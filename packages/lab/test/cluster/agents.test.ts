/**
 * Simulated agents and a worker that dies (Show 5 of agents).
 *
 * `MUSTER_AGENTS` sets how many (300).
 */
import {
  agreeMs,
  type Cluster,
  type ClusterAgents,
  type ClusterNode,
  openCluster,
  openClusterAgents,
  quickTimes,
  until,
} from '@muster/lab/testing';

const count = Number(process.env.MUSTER_AGENTS ?? 300);
/** Two waits for all of them, and what else a test does. */
const limitMs = 3 * agreeMs(count);

let cluster: Cluster;
let world: ClusterAgents;
beforeAll(async () => {
  cluster = await openCluster({ workers: 2 });
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
  world = await openClusterAgents(cluster, { agents: count });
});
afterAll(async () => {
  await world?.close();
  await cluster?.close();
});

const at = ({ name }: ClusterNode): number => world.agents.states().filter(({ node }) => node === name).length;

describe(`${count} agents of a cluster of three nodes`, () => {
  it(
    'enrol through whichever node, report to all of them, and the master shows each once, where it reports',
    async () => {
      const startedAt = performance.now();
      await world.agreed();
      const shares = cluster.nodes.map((node) => `${node.name} ${at(node)}`).join(', ');
      process.stdout.write(`agents: ${count} enrolled, reporting and shown after ${since(startedAt)}: ${shares}\n`);
      for (const node of cluster.nodes) expect(at(node)).toBeGreaterThan(0);
    },
    limitMs,
  );

  it(
    'report elsewhere when a worker and its neighbours are killed, and the master shows them there, none twice',
    async () => {
      const [, dying] = cluster.workers as [ClusterNode, ClusterNode];
      const dyingAgents = at(dying);
      const startedAt = performance.now();
      dying.kill('SIGKILL');
      world.neighboursOf(dying).kill('SIGKILL');
      const atWallMs = Date.now();
      const elsewhere = async (): Promise<boolean> => {
        await noneTwice();
        return at(dying) === 0 && world.agents.states().every(({ state }) => state === 'reporting');
      };
      await until('all agents are elsewhere', elsewhere, { withinMs: agreeMs(count) });
      const last = Math.max(...world.agents.states().map(({ sinceMs }) => sinceMs)) - atWallMs;
      await world.agreed();
      process.stdout.write(
        `agents: of ${quickTimes.reconnectMs} ms to reconnect, the last of ${dyingAgents} reported elsewhere after ${last} ms; ` +
          `the master showed all of them there after ${since(startedAt)}\n`,
      );
    },
    limitMs,
  );

  it(
    'stay where they are when the worker comes back, whatever it remembers of them',
    async () => {
      const [, back] = cluster.workers as [ClusterNode, ClusterNode];
      back.start();
      await world.neighboursOf(back).restart();
      await cluster.inSync();
      await world.agreed();
      expect(at(back)).toBe(0);
      await noneTwice();
    },
    limitMs,
  );
});

async function noneTwice(): Promise<void> {
  const ids = (await world.shown()).map(({ id }) => id);
  expect(ids.length).toBe(new Set(ids).size);
}

const since = (startedAt: number): string => `${Math.round(performance.now() - startedAt)} ms`;
