/** A worker whose disk is full, in several places: on small file systems of its own, which only root may mount. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import type { NodeView } from '@muster/protocol';
import { stagedIn } from './flipping-tree.ts';

const rowOf = async (cluster: Cluster, node: ClusterNode): Promise<NodeView | undefined> =>
  (await cluster.view())?.nodes.find(({ name }) => name === node.name);

async function identical(cluster: Cluster): Promise<void> {
  for (const worker of cluster.workers) {
    expect(await cluster.differences(worker)).toEqual([]);
    await until('nothing staged is left', () => stagedIn(worker.root).length === 0);
  }
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

/** Takes all the space there is, also what the node itself has freed since. */
function fillUp(path: string): void {
  for (const size of [4_096, 1]) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(size));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }
}

const fileBytes = 256 * 1024;

/** Files of `fileBytes` each on the master. */
async function fill(cluster: Cluster, names: readonly string[]): Promise<void> {
  await mkdir(join(cluster.master.root, 'etc/shared/full'), { recursive: true });
  for (const name of names) {
    const path = join(cluster.master.root, 'etc/shared/full', name);
    await writeFile(`${path}.tmp`, Buffer.alloc(fileBytes, name));
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
      await until('it is up', async () => (await rowOf(cluster, worker))?.liveness === 'up');
      const began = performance.now();
      await roomFor(cluster, worker);
      await cluster.inSync();
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

  it('at one of the directories says so, tears nothing, and goes on when there is space', () =>
    run('etc/shared', '3m', async (_, worker) => {
      execFileSync('mount', ['-o', 'remount,size=40m', join(worker.root, 'etc/shared')]);
    }));

  it('everywhere, also for its own journal and log, says so and goes on when there is space', () =>
    run('', '4m', async (_, worker) => {
      execFileSync('mount', ['-o', 'remount,size=40m', worker.root]);
    }));

  it('where its journal lies says so, gathers no staged files, and goes on when there is space', async () => {
    const cluster = await openCluster({ workers: 1 });
    const [worker] = cluster.workers as [ClusterNode];
    const at = join(worker.root, 'queue/cluster');
    const filler = join(at, 'filler');
    mount(at, '64k');
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      fillUp(filler);
      const received = async (): Promise<number> => (await worker.ask((client) => client.health())).receivedBytes ?? 0;
      const before = await received();
      await fill(cluster, names.slice(0, 2));
      // Each try fetches both contents at most, which this count keeps: how long a staged file lies there is chance.
      const triedBytes = 2 * 2 * fileBytes;
      await until('it has tried three times', async () => {
        fillUp(filler);
        expect(stagedIn(worker.root).length).toBeLessThanOrEqual(2);
        return (await received()) - before > triedBytes && (await rowOf(cluster, worker))?.sync === 'failing';
      });
      await until('nothing staged is left of its tries', () => stagedIn(worker.root).length === 0);
      expect(await worker.ask((client) => client.explain(worker.name))).toMatch(/disk is full; free space on it/);
      await rm(filler);
      await until('all is there', async () => (await cluster.differences(worker)).length === 0);
      await cluster.inSync();
      await identical(cluster);
    } finally {
      worker.kill('SIGKILL');
      await worker.exited();
      execFileSync('umount', ['-l', at]);
      await cluster.close();
    }
  });

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
  });
});
