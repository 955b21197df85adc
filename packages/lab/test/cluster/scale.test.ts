/** Many files: 10,000, or as many as MUSTER_SCALE says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, muster, openCluster, until } from '@muster/lab/testing';
import { lehmer } from './ruleset-tree.ts';

const files = Number(process.env.MUSTER_SCALE ?? 10_000);
const perFolder = 50;
/** Two minutes, and two for each 10,000 files: this is no benchmark. */
const patienceMs = 120_000 + files * 12;
/** Work that keeps a node from its beats must show, and not what else the machine does: that takes seconds at most. */
const musterYaml = 'keep_alive:\n  suspect_after: 10s\n  down_after: 20s\n';

describe(`a master with ${files} files and two workers`, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await openCluster({
      ...{ workers: 2, musterYaml },
      prepare: ({ role, root }) => (role === 'master' ? layMany(root) : undefined),
    });
  }, patienceMs);

  afterAll(() => cluster.close(), patienceMs);

  it(
    'complete the first sync with nobody silent for 10 s',
    async () => {
      const startedAt = performance.now();
      for (const node of cluster.nodes) node.start();
      const { largestMs, seen } = await watchedUntilInSync(cluster);
      const tookMs = performance.now() - startedAt;
      expect([...seen].sort()).toEqual(['up']);
      for (const node of cluster.nodes) expect(node.output()).not.toMatch(/ is (suspect|down)/);
      for (const worker of cluster.workers) {
        expect(await cluster.differences(worker)).toEqual([]);
        expect((await workOf(worker)).written).toBeGreaterThanOrEqual(files);
      }
      say(`first sync of ${files} files on 2 workers: ${Math.round(tookMs)} ms from process start`);
      say(`largest time since a worker was heard: ${Math.round(largestMs)} ms`);
    },
    patienceMs,
  );

  it(
    'read no file again and send none at a second start with nothing changed',
    async () => {
      for (const node of [...cluster.workers, cluster.master]) {
        node.kill('SIGTERM');
        expect(await node.exited()).toBe(0);
      }
      const startedAt = performance.now();
      for (const node of cluster.nodes) node.start();
      await cluster.inSync(patienceMs);
      say(`second start: ${Math.round(performance.now() - startedAt)} ms from process start`);
      for (const node of cluster.nodes) {
        expect(await workOf(node)).toMatchObject({
          hashed: 0,
          replications: 0,
          written: 0,
          removed: 0,
          writtenBytes: 0,
        });
        expect((await muster(node.root, 'health')).text).toMatch(/^Work +\d+ scans?, 0 files read$/m);
      }
    },
    patienceMs,
  );

  it(
    'send one file only when one file is added',
    async () => {
      const startedAt = performance.now();
      writeFileSync(join(cluster.master.root, 'etc/lists/one-more'), 'one more');
      for (const worker of cluster.workers) {
        await until('the file is written', async () => (await workOf(worker)).written === 1, { withinMs: patienceMs });
      }
      say(`one file more on both workers: ${Math.round(performance.now() - startedAt)} ms`);
      await cluster.inSync(patienceMs);
      for (const node of cluster.nodes) expect((await workOf(node)).hashed).toBeLessThanOrEqual(2);
    },
    patienceMs,
  );

  it(
    'find all files in place after a worker was killed',
    async () => {
      const [worker] = cluster.workers;
      worker!.kill('SIGKILL');
      await worker!.exited();
      worker!.start();
      await until('it was heard of again', async () => (await workOf(worker!)).scans > 0, { withinMs: patienceMs });
      await cluster.inSync(patienceMs);
      const { hashed, written } = await workOf(worker!);
      say(`after a kill -9: ${hashed} files read, ${written} written`);
      expect(written).toBe(0);
      expect(hashed).toBeLessThanOrEqual(2);
    },
    patienceMs,
  );
});

function layMany(root: string): void {
  const random = lehmer(4_711);
  for (let n = 0; n < files; n++) {
    const folder = join(root, 'etc/lists', `group-${Math.floor(n / perFolder)}`);
    if (n % perFolder === 0) mkdirSync(folder);
    writeFileSync(join(folder, `list-${n}`), `${n}:${random()}\n`.repeat(1 + Math.floor(random() * 60)));
  }
}

/** Looks at the master's view every 50 ms: every liveness seen of a worker from its first beat on, and the longest silence. */
async function watchedUntilInSync(cluster: Cluster): Promise<{ largestMs: number; seen: ReadonlySet<string> }> {
  const seen = new Set<string>();
  let largestMs = 0;
  const done = cluster.inSync(patienceMs);
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  done.then(end, end);
  while (!ended) {
    for (const { role, liveness, heardMs } of (await cluster.view())?.nodes ?? []) {
      if (role === 'master' || liveness === 'unknown') continue;
      seen.add(liveness);
      largestMs = Math.max(largestMs, heardMs);
    }
  }
  await done;
  return { largestMs, seen };
}

const workOf = async (node: ClusterNode) => {
  const { work } = await node.ask((client) => client.health());
  if (work === undefined) throw new Error(`${node.name} does not tell its work`);
  return work;
};

const say = (text: string): void => void process.stdout.write(`scale: ${text}\n`);
