/** Crashes by injected fault, of every actor of a running master and worker (Show 9 of the first cluster). */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ActorRow } from '@muster/control';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import { openFlippingTree, otherSide, runSeed, type Side, seeded } from './flipping-tree.ts';

const treeOf = (node: ClusterNode): Promise<readonly ActorRow[]> => node.ask((client) => client.tree());
const rowAt = (tree: readonly ActorRow[], path: string): ActorRow | undefined => tree.find((row) => row.path === path);
const actorsIn = (tree: readonly ActorRow[]): readonly string[] =>
  tree.filter(({ kind }) => kind === 'actor').map(({ path }) => path);

/** The control actor may go down with the answer. */
const crash = (node: ClusterNode, path: string): Promise<void> =>
  node
    .ask((client) => client.crash(path))
    .catch((error: unknown) => {
      if (path !== '/control') throw error;
    });

/** A node actor is one link: its next one begins with no past. */
const isLink = (path: string): boolean => path.includes('/node:');

/** Resolves when the actor runs again after the crash that `before` did not know of. */
async function backAgain(node: ClusterNode, path: string, before: readonly ActorRow[]): Promise<void> {
  const { restarts, processed } = rowAt(before, path)!;
  await until(`${path} of ${node.name} runs again`, async () => {
    const row = rowAt(await treeOf(node), path);
    if (row?.state !== 'running') return false;
    return isLink(path) ? row.processed < processed : row.restarts === restarts + 1;
  });
}

let edits = 0;
/** A change on the master reaches the workers. */
async function syncs(cluster: Cluster): Promise<void> {
  const text = `<!-- edit ${++edits} -->\n`;
  await writeFile(join(cluster.master.root, 'etc/rules/edited.xml'), text);
  for (const worker of cluster.workers) {
    await until(`edit ${edits} is on ${worker.name}`, () => contentOf(worker) === text);
  }
  await cluster.inSync();
}

const contentOf = (node: ClusterNode): string => readFileSync(join(node.root, 'etc/rules/edited.xml'), 'utf8');

/** Of all but `crashed`, and the links that fall with one at the other end: nobody restarted, nobody lost count. */
function untouched(before: readonly ActorRow[], after: readonly ActorRow[], crashed: string | undefined): string[] {
  return before.flatMap((old) => {
    if (old.path === crashed || isLink(old.path)) return [];
    const now = rowAt(after, old.path);
    if (now === undefined) return [`${old.path} is gone`];
    if (now.restarts !== old.restarts) return [`${old.path} restarted`];
    return now.processed < old.processed ? [`${old.path} lost count`] : [];
  });
}

/** Actors of a master and of a worker. */
const common = [
  'agent-groups',
  'agent-info',
  'cluster-socket',
  'control',
  'file-sync',
  'integrity',
  'keep-alive',
  'registration',
].map((name) => `/${name}`);

describe('an actor that crashes', () => {
  it('is restarted alone, whichever it is, and the cluster goes on', async () => {
    // More actors crash here than a supervisor grants by default.
    const cluster = await openCluster({ workers: 2, musterYaml: 'restarts:\n  max: 50\n' });
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      await syncs(cluster);
      const told: string[] = [];
      for (const node of [cluster.master, cluster.workers[0]!]) {
        for (const path of actorsIn(await treeOf(node))) {
          const before = await Promise.all(cluster.nodes.map(treeOf));
          const own = before[cluster.nodes.indexOf(node)]!;
          await crash(node, path);
          await backAgain(node, path, own);
          await syncs(cluster);
          const after = await Promise.all(cluster.nodes.map(treeOf));
          for (const [index, rows] of before.entries()) {
            const crashed = cluster.nodes[index] === node ? path : undefined;
            expect({ path, faults: untouched(rows, after[index]!, crashed) }).toEqual({ path, faults: [] });
          }
          const beats = (rows: readonly ActorRow[]): number => rowAt(rows, '/keep-alive')!.processed;
          if (path !== '/keep-alive') await until('beats go on', async () => beats(await treeOf(node)) > beats(own));
          expect(node.output()).toContain(`${path} crashed: crashed on request`);
          told.push(`${node.name}${path}`);
        }
      }
      const all = [
        ...common.map((path) => `master${path}`),
        ...['/links/listener', '/links/node:worker1', '/links/node:worker2', '/own-agents'].map(
          (path) => `master${path}`,
        ),
        ...[...common, '/links/dialer'].map((path) => `worker1${path}`),
        'worker1/links/node:master',
      ];
      expect(told.sort()).toEqual(all.sort());
    } finally {
      await cluster.close();
    }
  });

  it('and waits for its restart hinders neither the others nor the end of the process', async () => {
    const musterYaml = 'restarts:\n  back_off_min: 1m\n  back_off_max: 1m\n';
    const cluster = await openCluster({ workers: 1, musterYaml });
    const [worker] = cluster.workers as [ClusterNode];
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      const before = await treeOf(worker);
      await crash(worker, '/integrity');
      await until('the others work while it waits', async () => {
        const tree = await treeOf(worker);
        expect(rowAt(tree, '/integrity')?.state).not.toBe('running');
        expect(rowAt(tree, '/integrity')?.lastError).toContain('crashed on request');
        return rowAt(tree, '/keep-alive')!.processed > rowAt(before, '/keep-alive')!.processed;
      });
      worker.kill('SIGTERM');
      expect(await worker.exited()).toBe(0);
      worker.start();
      await syncs(cluster);
    } finally {
      await cluster.close();
    }
  });

  it('in the middle of a sync of 1,000 files costs no file, whichever it is', async () => {
    const random = seeded(runSeed('crashes during a sync'));
    const cluster = await openCluster({ workers: 1, empty: true, musterYaml: 'restarts:\n  max: 100\n' });
    const tree = openFlippingTree(cluster.master.root, join(cluster.folder, 'store'), random);
    const [worker] = cluster.workers as [ClusterNode];
    let side: Side = 'a';
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      for (const node of cluster.nodes) {
        for (const path of actorsIn(await treeOf(node))) {
          side = otherSide(side);
          tree.flip(side);
          await pause(random() * 800);
          await crash(node, path).catch(() => {});
          await until(
            `after a crash of ${path} of ${node.name}, the worker holds what the master has`,
            () => {
              expect(tree.faults(worker.root)).toEqual([]);
              return tree.faultsOf(worker.root, side).length === 0;
            },
            { everyMs: 200 },
          );
          await cluster.inSync();
        }
      }
    } finally {
      await cluster.close();
    }
  });
});

describe('a crash beyond the budget', () => {
  const musterYaml = 'restarts:\n  max: 2\n  back_off_min: 50ms\n';

  it.each([
    ['master', '/integrity'],
    ['worker1', '/file-sync'],
  ])('of %s%s ends the process with exit code 70 and says why, and a new start heals', async (name, path) => {
    const cluster = await openCluster({ workers: 1, musterYaml });
    const node = cluster.nodes.find((each) => each.name === name)!;
    try {
      for (const each of cluster.nodes) each.start();
      await cluster.inSync();
      for (let time = 0; time < 2; time++) {
        const before = await treeOf(node);
        await crash(node, path);
        await backAgain(node, path, before);
      }
      expect(node.pid()).toBeDefined();
      await crash(node, path);
      expect(await node.exited()).toBe(70);
      expect(node.output()).toMatch(
        /CRITICAL: .*cannot be kept running.*crashed beyond the 2 restarts granted within 60000 ms: .*crashed on request/,
      );
      const log = readFileSync(join(node.root, 'logs/cluster.log'), 'utf8');
      expect(log).toContain('cannot be kept running');
      node.start();
      await cluster.inSync();
      await syncs(cluster);
    } finally {
      await cluster.close();
    }
  });

  it('of what listens or dials restarts all links first, and ends the process only after that budget too', async () => {
    const cluster = await openCluster({ workers: 1, musterYaml });
    const [worker] = cluster.workers as [ClusterNode];
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      for (const [node, path] of [
        [cluster.master, '/links/listener'],
        [worker, '/links/dialer'],
      ] as const) {
        const linksRestarts = async (): Promise<number> => rowAt(await treeOf(node), '/links')?.restarts ?? 0;
        await until('/links of it restarts', async () => {
          await crash(node, path).catch(() => {});
          return (await linksRestarts()) === 1;
        });
        await syncs(cluster);
        const end = node.exited();
        await until('it ends', async () => {
          await crash(node, path).catch(() => {});
          return node.pid() === undefined;
        });
        expect(await end).toBe(70);
        node.start();
        await cluster.inSync();
        await syncs(cluster);
      }
    } finally {
      await cluster.close();
    }
  });
});
