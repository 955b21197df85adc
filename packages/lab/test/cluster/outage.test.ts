/** What may befall a worker besides a kill in the middle: at its first sync, asleep, out of space, with a damaged memory. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
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
    expect(stagedIn(worker.root)).toEqual([]);
  }
}

describe('a worker', () => {
  it('that is killed again and again during its very first sync gets every file whole', async () => {
    const random = seeded(runSeed('kills during the first sync'));
    const cluster = await openCluster({ workers: 1, empty: true });
    const tree = openFlippingTree(cluster.master.root, join(cluster.folder, 'store'), random);
    const [worker] = cluster.workers as [ClusterNode];
    try {
      cluster.master.start();
      const seen: number[] = [];
      for (let kills = 0; kills < 5; kills++) {
        worker.start();
        await until('something comes', () => stagedIn(worker.root).length + tree.shown(worker.root) > 0);
        await pause(random() * 1_500);
        worker.kill('SIGKILL');
        await worker.exited();
        const faults = tree.faults(worker.root).filter((fault) => !fault.endsWith('is lost'));
        expect(faults).toEqual([]);
        seen.push(tree.shown(worker.root));
      }
      worker.start();
      await cluster.inSync();
      expect(tree.faultsOf(worker.root, 'a')).toEqual([]);
      await identical(cluster);
      process.stdout.write(`first sync: files at each kill ${seen.join(', ')}\n`);
    } finally {
      await cluster.close();
    }
  }, 90_000);

  it('that sleeps for 6 s is down meanwhile, and is up and in sync soon after it wakes', async () => {
    const cluster = await openCluster({ workers: 2 });
    const [sleeper, other] = cluster.workers as [ClusterNode, ClusterNode];
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      sleeper.kill('SIGSTOP');
      const slept = performance.now();
      const added = join(cluster.master.root, 'etc/rules/while-it-slept.xml');
      await writeFile(added, 'x');
      await until('it is down', async () => (await rowOf(cluster, sleeper))?.liveness === 'down', 6_000);
      const downMs = performance.now() - slept;
      expect(await rowOf(cluster, other)).toMatchObject({ liveness: 'up', sync: 'in-sync' });
      expect(existsSync(join(other.root, 'etc/rules/while-it-slept.xml'))).toBe(true);
      await pause(Math.max(0, 6_000 - downMs));
      sleeper.kill('SIGCONT');
      const woke = performance.now();
      await cluster.inSync(10_000);
      await identical(cluster);
      const backMs = performance.now() - woke;
      process.stdout.write(`asleep: down after ${Math.round(downMs)} ms, back after ${Math.round(backMs)} ms\n`);
      expect((await rowOf(cluster, other))?.liveness).toBe('up');
    } finally {
      await cluster.close();
    }
  }, 60_000);

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
  }, 90_000);
});

/** Other bytes of the same length, written at the same mtime. */
async function sameTimes(path: string): Promise<void> {
  const { atime, mtime, size } = await stat(path);
  await writeFile(path, 'z'.repeat(size));
  await utimes(path, atime, mtime);
}

const mayMount = (() => {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!mayMount) process.stdout.write('full disk: not tried, for only root may mount a small one\n');

const mount = (path: string, size: string): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=770`, 'tmpfs', path]);
};

/** Files of 256 KiB each on the master. */
async function fill(cluster: Cluster, names: readonly string[]): Promise<void> {
  await mkdir(join(cluster.master.root, 'etc/shared/full'), { recursive: true });
  for (const name of names) {
    const path = join(cluster.master.root, 'etc/shared/full', name);
    await writeFile(`${path}.tmp`, Buffer.alloc(256 * 1024, name));
    await rename(`${path}.tmp`, path);
  }
}

(mayMount ? describe : describe.skip)('a worker whose disk is full', () => {
  const names = Array.from({ length: 20 }, (_, index) => `file-${index}`);

  async function run(mountAt: string, size: string, roomFor: (cluster: Cluster, worker: ClusterNode) => Promise<void>) {
    const cluster = await openCluster({ workers: 2 });
    const [worker, other] = cluster.workers as [ClusterNode, ClusterNode];
    const at = join(worker.root, mountAt);
    execFileSync('cp', ['-a', at, join(cluster.folder, 'copy')]);
    mount(at, size);
    try {
      execFileSync('cp', ['-a', `${join(cluster.folder, 'copy')}/.`, at]);
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      await fill(cluster, names.slice(0, 4));
      await until('the first files are there', async () => (await cluster.differences(worker)).length === 0);
      await fill(cluster, names);
      await until('it says that its disk is full', async () => {
        const row = await rowOf(cluster, worker);
        return row?.sync === 'failing' && /full/.test(row.why ?? '');
      });
      await until('the other has all', async () => (await rowOf(cluster, other))?.sync === 'in-sync');
      expect(await cluster.differences(other)).toEqual([]);
      for (const asked of [worker, cluster.master])
        expect(await asked.ask((client) => client.explain(worker.name))).toMatch(/disk is full; free space on it/);
      const wrong = (await cluster.differences(worker)).filter((difference) => !difference.endsWith('is missing'));
      expect(wrong).toEqual([]);
      for (const name of names.slice(0, 4)) expect(existsSync(join(worker.root, 'etc/shared/full', name))).toBe(true);
      expect((await rowOf(cluster, worker))?.liveness).toBe('up');
      const began = performance.now();
      await roomFor(cluster, worker);
      await cluster.inSync(40_000);
      await identical(cluster);
      process.stdout.write(
        `full ${mountAt || 'R'}: in sync ${Math.round(performance.now() - began)} ms after there was space\n`,
      );
      await rm(join(cluster.master.root, 'etc/shared/full/file-3'));
      await until('a deletion is done too', () => !existsSync(join(worker.root, 'etc/shared/full/file-3')));
      await cluster.inSync();
      await identical(cluster);
    } finally {
      worker.kill('SIGKILL');
      await worker.exited();
      execFileSync('umount', ['-l', at]);
      await cluster.close();
    }
  }

  it(
    'at one of the directories says so, tears nothing, and goes on when there is space',
    () =>
      run('etc/shared', '3m', async (_, worker) => {
        execFileSync('mount', ['-o', 'remount,size=40m', join(worker.root, 'etc/shared')]);
      }),
    90_000,
  );

  it(
    'everywhere, also for its own journal and log, says so and goes on when there is space',
    () =>
      run('', '4m', async (_, worker) => {
        execFileSync('mount', ['-o', 'remount,size=40m', worker.root]);
      }),
    90_000,
  );

  it('before its first start ends with a clear error, and leaves nothing that hinders the next', async () => {
    const cluster = await openCluster({ workers: 1 });
    const [worker] = cluster.workers as [ClusterNode];
    const at = join(worker.root, 'queue/cluster');
    mount(at, '64k');
    try {
      await mkdir(join(at, 'muster'));
      expect(() => execFileSync('dd', ['if=/dev/zero', `of=${at}/filler`], { stdio: 'ignore' })).toThrow();
      cluster.master.start();
      worker.start();
      expect(await worker.exited()).toBe(1);
      expect(worker.output()).toContain(
        `muster: cannot write below ${at}: no space left on the device; free some (ENOSPC)`,
      );
      await rm(join(at, 'filler'));
      worker.start();
      await cluster.inSync();
    } finally {
      worker.kill('SIGKILL');
      await worker.exited();
      execFileSync('umount', ['-l', at]);
      await cluster.close();
    }
  }, 60_000);
});
