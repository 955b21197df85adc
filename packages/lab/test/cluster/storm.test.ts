/**
 * Everything at once: kills, sleeps, crashes and flips of 1,000 files in a random order, without waiting for
 * the cluster in between. `MUSTER_STORM` sets how many blows there are, `MUSTER_SEED` replays.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ClusterNode, openCluster, patienceMs, until } from '@muster/lab/testing';
import { openFlippingTree, otherSide, runSeed, type Side, seeded, stagedIn } from './flipping-tree.ts';

const blows = Number(process.env.MUSTER_STORM ?? 15);

/** Up again, awake, whatever befell it. */
function revive(node: ClusterNode): void {
  if (node.pid() === undefined) node.start();
  else node.kill('SIGCONT');
}

async function killed(node: ClusterNode): Promise<void> {
  node.kill('SIGKILL');
  await node.exited();
}

/** An actor of it crashes, if it can be asked. */
async function crashOne(node: ClusterNode, chance: number): Promise<void> {
  await node
    .ask(async (client) => {
      const actors = (await client.tree()).filter(({ kind }) => kind === 'actor');
      await client.crash(actors[Math.floor(chance * actors.length)]!.path);
    })
    .catch(() => {});
}

it(
  `after ${blows} blows at random moments no file is torn or lost, and all nodes agree again`,
  async () => {
    const random = seeded(runSeed('storm'));
    const cluster = await openCluster({ workers: 2, empty: true, musterYaml: 'restarts:\n  max: 100\n' });
    const tree = openFlippingTree(cluster.master.root, join(cluster.folder, 'store'), random);
    let side: Side = 'a';
    const done: string[] = [];
    const strike = async (node: ClusterNode, kind: number): Promise<string> => {
      if (kind < 0.35) {
        side = otherSide(side);
        tree.flip(side);
        return 'flip';
      }
      if (kind < 0.6) {
        await killed(node);
        return `kill ${node.name}`;
      }
      if (kind < 0.75) {
        node.kill('SIGSTOP');
        return `freeze ${node.name}`;
      }
      if (node.pid() !== undefined) await crashOne(node, random());
      return `crash in ${node.name}`;
    };
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      for (let blow = 0; blow < blows; blow++) {
        const node = cluster.nodes[Math.floor(random() * cluster.nodes.length)]!;
        node.kill('SIGCONT');
        done.push(await strike(node, random()));
        await pause(random() * 700);
        for (const worker of cluster.workers) expect(tree.faults(worker.root)).toEqual([]);
        for (const each of cluster.nodes) if (random() < 0.6) revive(each);
      }
      for (const node of cluster.nodes) revive(node);
      for (const worker of cluster.workers) {
        await until(`${worker.name} has what the master has`, () => tree.faultsOf(worker.root, side).length === 0, {
          everyMs: 200,
        });
      }
      await cluster.inSync();
      for (const worker of cluster.workers) {
        expect(await cluster.differences(worker)).toEqual([]);
        await until('nothing staged is left', () => stagedIn(worker.root).length === 0);
      }
    } catch (error) {
      process.stdout.write(`blows: ${done.join(', ')}\n`);
      throw error;
    } finally {
      await cluster.close();
    }
  },
  blows * 5_000 + 4 * patienceMs,
);
