/** What may befall a worker besides a kill in the middle: at its first sync, asleep, with a damaged memory. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import type { NodeView } from '@muster/protocol';
import { openFlippingTree, runSeed, seeded, stagedIn } from './flipping-tree.ts';

const rowOf = async (cluster: Cluster, node: ClusterNode): Promise<NodeView | undefined> =>
  (await cluster.view())?.nodes.find(({ name }) => name === node.name);

async function identical(cluster: Cluster): Promise<void> {
  for (const worker of cluster.workers) {
    expect(await cluster.differences(worker)).toEqual([]);
    await until('nothing staged is left', () => stagedIn(worker.root).length === 0);
  }
}

describe('a worker', () => {
  it('that is killed during its very first sync shows whole files alone, and gets all of them', async () => {
    const random = seeded(runSeed('kills during the first sync'));
    const cluster = await openCluster({ workers: 1, empty: true });
    const tree = openFlippingTree(cluster.master.root, join(cluster.folder, 'store'), random);
    const [worker] = cluster.workers as [ClusterNode];
    const seen: string[] = [];
    try {
      cluster.master.start();
      for (let round = 0; round < 4; round++) {
        worker.kill('SIGKILL');
        await worker.exited();
        for (const path of ['etc/rules', 'etc/shared', 'queue/cluster']) {
          await rm(join(worker.root, path), { recursive: true });
          await mkdir(join(worker.root, path));
        }
        worker.start();
        await until('something comes', () => stagedIn(worker.root).length + tree.shown(worker.root) > 0);
        await pause(random() * 200);
        worker.kill('SIGKILL');
        await worker.exited();
        seen.push(`${stagedIn(worker.root).length} + ${tree.shown(worker.root)}`);
        expect(tree.faults(worker.root).filter((fault) => !fault.endsWith('is lost'))).toEqual([]);
        worker.start();
        await until('all is there', () => tree.faultsOf(worker.root, 'a').length === 0, { everyMs: 100 });
        await cluster.inSync();
        await identical(cluster);
      }
    } finally {
      process.stdout.write(`first sync: staged and shown files at each kill: ${seen.join(', ')}\n`);
      await cluster.close();
    }
  });

  it('that sleeps for 6 s is down meanwhile, and is up and in sync after it wakes', async () => {
    const cluster = await openCluster({ workers: 2 });
    const [sleeper, other] = cluster.workers as [ClusterNode, ClusterNode];
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      sleeper.kill('SIGSTOP');
      const slept = performance.now();
      const added = join(cluster.master.root, 'etc/rules/while-it-slept.xml');
      await writeFile(added, 'x');
      await until('it is down', async () => (await rowOf(cluster, sleeper))?.liveness === 'down');
      const downMs = performance.now() - slept;
      await until('the other has what is new', () => existsSync(join(other.root, 'etc/rules/while-it-slept.xml')));
      await until('the other is well', async () => {
        const row = await rowOf(cluster, other);
        return row?.liveness === 'up' && row.sync === 'in-sync';
      });
      expect((await rowOf(cluster, sleeper))?.liveness).toBe('down');
      await pause(Math.max(0, 6_000 - downMs));
      sleeper.kill('SIGCONT');
      const woke = performance.now();
      await cluster.inSync();
      await identical(cluster);
      const backMs = performance.now() - woke;
      process.stdout.write(`asleep: down after ${Math.round(downMs)} ms, back after ${Math.round(backMs)} ms\n`);
    } finally {
      await cluster.close();
    }
  });

  it('whose digest cache was damaged tells every difference all the same', async () => {
    const random = seeded(runSeed('damaged caches'));
    const cluster = await openCluster({ workers: 2 });
    const cacheOf = ({ root }: ClusterNode): string => join(root, 'queue/cluster/muster/digest-cache');
    const [worker, other] = cluster.workers as [ClusterNode, ClusterNode];
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      const damages: readonly ((node: ClusterNode) => Promise<void>)[] = [
        async (node) => truncate(cacheOf(node), Math.floor(random() * (await stat(cacheOf(node))).size)),
        async (node) => {
          const bytes = readFileSync(cacheOf(node));
          for (let i = 0; i < 20; i++) bytes[Math.floor(random() * bytes.length)]! ^= 1 + Math.floor(random() * 255);
          await writeFile(cacheOf(node), bytes);
        },
        async (node) => writeFile(cacheOf(node), readFileSync(cacheOf(node === other ? worker : other))),
        async (node) => {
          await rm(cacheOf(node));
          await mkdir(cacheOf(node));
        },
      ];
      for (const [index, damage] of damages.entries()) {
        for (const node of cluster.nodes) node.kill('SIGTERM');
        await Promise.all(cluster.nodes.map((node) => node.exited()));
        for (const node of cluster.nodes) await damage(node);
        await sameTimes(join(worker.root, 'etc/rules/local_rules.xml'));
        await writeFile(join(cluster.master.root, 'etc/rules/damage.xml'), String(index));
        for (const node of cluster.nodes) node.start();
        await cluster.inSync();
        await identical(cluster);
      }
    } finally {
      await cluster.close();
    }
  });
});

/** Other bytes of the same length, written at the same mtime. */
async function sameTimes(path: string): Promise<void> {
  const { atime, mtime, size } = await stat(path);
  await writeFile(path, 'z'.repeat(size));
  await utimes(path, atime, mtime);
}
