/** Many agents: 20,000, or as many as MUSTER_AGENTS says. */
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import { hear, infoFile, putKeys } from './remoted.ts';

const agents = Number(process.env.MUSTER_AGENTS ?? 20_000);
/** Two minutes, and two for each 10,000 agents: this is no benchmark. */
const patienceMs = 120_000 + agents * 12;
/** Work that keeps a node from its beats must show, and not what else the machine does: that takes seconds at most. */
const musterYaml = 'keep_alive:\n  suspect_after: 10s\n  down_after: 20s\n';

const ids = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe(`${agents} agents at two workers`, () => {
  let cluster: Cluster;
  const watched: Silences = { ms: [], seen: new Set() };
  /** Half of the agents. */
  const idsOf = (worker: ClusterNode): readonly number[] => {
    const half = Math.floor(agents / 2);
    return worker === cluster.workers[0] ? ids(1, half) : ids(half + 1, agents);
  };

  beforeAll(async () => {
    cluster = await openCluster({ workers: 2, musterYaml });
    putKeys(cluster.master, ids(1, agents));
    for (const worker of cluster.workers)
      for (const id of idsOf(worker)) hear(worker, { id, atMs: Date.now(), version: 'Wazuh v3.8.2' });
  }, patienceMs);

  afterAll(() => cluster.close(), patienceMs);

  it(
    'are known to the master, whole, with nobody silent for 10 s',
    async () => {
      const startedAt = performance.now();
      for (const node of cluster.nodes) node.start();
      await watchedUntil(
        cluster,
        watched,
        'all are active',
        async () => (await agentsOf(cluster.master)).active === agents,
      );
      say(`all statuses from the start of the processes: ${Math.round(performance.now() - startedAt)} ms`);
      await watchedUntil(
        cluster,
        watched,
        'its manager knows',
        async () => (await agentsOf(cluster.master)).unpublished === 0,
      );
      say(`written for the manager of the master, too: ${Math.round(performance.now() - startedAt)} ms`);
      const counts = await agentsOf(cluster.master);
      expect(counts).toMatchObject({ known: agents, disconnected: 0, pending: 0, neverConnected: 0, unknown: 0 });
    },
    patienceMs,
  );

  it(
    'are told of again at full rate, with nobody silent for 10 s',
    async () => {
      const before = await agentsOf(cluster.master);
      const startedAt = performance.now();
      const now = Date.now() / 1_000;
      for (const worker of cluster.workers) for (const id of idsOf(worker)) utimesSync(infoFile(worker, id), now, now);
      const taken = async () => (await agentsOf(cluster.master)).taken ?? 0;
      await watchedUntil(cluster, watched, 'all are told', async () => (await taken()) >= (before.taken ?? 0) + agents);
      say(`all heard once more: ${Math.round(performance.now() - startedAt)} ms`);
      const { lost, unknown, known, active } = await agentsOf(cluster.master);
      expect({ lost, unknown, known, active }).toEqual({ lost: 0, unknown: 0, known: agents, active: agents });
    },
    patienceMs,
  );

  it(
    'get one more, and lose one, on every node',
    async () => {
      const startedAt = performance.now();
      putKeys(cluster.master, [...ids(2, agents), agents + 1]);
      await watchedUntil(cluster, watched, 'every worker has the new keys', () =>
        cluster.workers.every((worker) =>
          readFileSync(join(worker.root, 'etc/client.keys'), 'utf8').includes(keyOf(agents + 1)),
        ),
      );
      say(`a new key at every worker: ${Math.round(performance.now() - startedAt)} ms`);
      await watchedUntil(
        cluster,
        watched,
        'the agent is gone',
        async () => (await agentsOf(cluster.master)).known === agents - 1,
      );
      for (const node of cluster.nodes)
        await watchedUntil(
          cluster,
          watched,
          `${node.name} has no file of it`,
          () => statSync(infoFile(node, 1), { throwIfNoEntry: false }) === undefined,
        );
      say(`an agent gone from every node: ${Math.round(performance.now() - startedAt)} ms`);
      for (const worker of cluster.workers) expect(await keysOf(worker)).toBe(agents);
      expect(await agentsOf(cluster.master)).toMatchObject({ active: agents - 1, neverConnected: 1 });
    },
    patienceMs,
  );

  it('leave no beat late', () => {
    say(silenceLine(watched));
    expect([...watched.seen].sort()).toEqual(['up']);
    for (const node of cluster.nodes) expect(node.output()).not.toMatch(/ is (suspect|down)/);
  });
});

const keyOf = (id: number): string => `\n${id} `;

const agentsOf = async (node: ClusterNode) => {
  const { agentWork } = await node.ask((client) => client.health());
  if (agentWork === undefined) throw new Error(`${node.name} does not tell of its agents`);
  return agentWork;
};
const keysOf = async (node: ClusterNode) => (await node.ask((client) => client.health())).agents;

/** What the master said of its workers. */
interface Silences {
  /** The longest time since a worker was heard, in each spell between two of its beats. */
  readonly ms: number[];
  readonly seen: Set<string>;
}

/** Waits, and looks at the master's view of its workers all the while. */
async function watchedUntil(
  cluster: Cluster,
  { ms, seen }: Silences,
  what: string,
  holds: () => Promise<boolean> | boolean,
): Promise<void> {
  const longest = new Map<string, number>();
  let ended = false;
  const looking = (async () => {
    while (!ended)
      for (const { name, role, liveness, heardMs } of (await cluster.view())?.nodes ?? []) {
        if (role === 'master' || liveness === 'unknown' || heardMs === 0) continue;
        seen.add(liveness);
        const before = longest.get(name) ?? 0;
        if (heardMs < before) ms.push(before);
        longest.set(name, heardMs);
      }
  })();
  try {
    await until(what, holds, { withinMs: patienceMs, everyMs: 20 });
  } finally {
    ended = true;
    await looking;
    ms.push(...longest.values());
  }
}

/** How many spells were how long: a beat is due each second. */
function silenceLine({ ms }: Silences): string {
  const bounds = [250, 500, 1_000, 1_250, 1_500, 2_000, 3_000, 5_000, Number.POSITIVE_INFINITY];
  const counts = bounds.map((bound, i) => ms.filter((each) => each <= bound && each > (bounds[i - 1] ?? -1)).length);
  const cells = bounds.map(
    (bound, i) => `${bound === Number.POSITIVE_INFINITY ? 'more' : `<=${bound} ms`} ${counts[i]}`,
  );
  return `silences of a worker: ${cells.join(', ')}; the longest ${Math.round(Math.max(0, ...ms))} ms`;
}

const say = (text: string): void => void process.stdout.write(`agents: ${text}\n`);
