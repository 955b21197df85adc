/**
 * Kills at random moments of a sync of 1,000 files: a worker, then the master (Show 5 of the first cluster).
 *
 * `MUSTER_KILLS` sets how many kills of each (the default keeps the file short), `MUSTER_SEED` replays.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, type ClusterNode, openCluster, patienceMs, until } from '@muster/lab/testing';
import type { ClusterView } from '@muster/protocol';
import {
  type FlippingTree,
  openFlippingTree,
  otherSide,
  runSeed,
  type Side,
  seeded,
  stagedIn,
} from './flipping-tree.ts';

const kills = Number(process.env.MUSTER_KILLS ?? 6);
/** Each may have to wait as long as `until` does. */
const perKillMs = 2 * patienceMs;

interface Flipping {
  readonly cluster: Cluster;
  readonly worker: ClusterNode;
  readonly tree: FlippingTree;
  readonly random: () => number;
  side: Side;
  /** How long an undisturbed sync takes here, ms. */
  syncMs: number;
  /** The master's generation that every check compares with. */
  seen: { readonly epoch: number; readonly generation: number };
}

/** A cluster of a master and a worker that hold side `a`. */
async function openFlipping(random: () => number): Promise<Flipping> {
  const cluster = await openCluster({ workers: 1, empty: true });
  const tree = openFlippingTree(cluster.master.root, join(cluster.folder, 'store'), random);
  const [worker] = cluster.workers as [ClusterNode];
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
  const flipping: Flipping = { cluster, worker, tree, random, side: 'a', syncMs: 0, seen: await newest(cluster) };
  await flip(flipping);
  const began = performance.now();
  await converged(flipping);
  flipping.syncMs = performance.now() - began;
  return flipping;
}

async function newest(cluster: Cluster): Promise<{ readonly epoch: number; readonly generation: number }> {
  const generation = (await cluster.view())?.generation;
  if (generation === undefined) throw new Error('the master has no generation');
  return generation;
}

/** All at once for the master, which is stopped meanwhile: one flip is one generation. */
async function flip(flipping: Flipping): Promise<void> {
  const { cluster, tree } = flipping;
  flipping.side = otherSide(flipping.side);
  cluster.master.kill('SIGSTOP');
  try {
    tree.flip(flipping.side);
  } finally {
    cluster.master.kill('SIGCONT');
  }
}

/** Waits for a newer generation that everybody holds, looking at the worker's files on the way; then at everything. */
async function converged(flipping: Flipping): Promise<void> {
  const { cluster, worker, tree, side } = flipping;
  let looked = performance.now();
  await until('the worker is in sync with a newer generation', async () => {
    if (performance.now() - looked > 200) {
      expect(tree.faults(worker.root)).toEqual([]);
      looked = performance.now();
    }
    return reported(await cluster.view(), flipping) === 'newest';
  });
  expect(tree.faultsOf(worker.root, side)).toEqual([]);
  expect(await cluster.differences(worker)).toEqual([]);
  flipping.seen = await newest(cluster);
  const state = join(worker.root, 'queue/cluster/muster');
  await until('nothing staged is left', () => stagedIn(worker.root).length === 0);
  await until(
    'the journal is done',
    () => !existsSync(join(state, 'journal')) && !existsSync(join(state, 'journal.new')),
  );
  await until('the trash holds eight generations at most', () => trashOf(state).length <= 8);
}

const trashOf = (state: string): readonly string[] =>
  existsSync(join(state, 'trash')) ? readdirSync(join(state, 'trash')) : [];

/** What the master says of the worker: that it holds the newest generation, one that was not seen before, or less. */
function reported(view: ClusterView | undefined, { seen, worker }: Flipping): 'newest' | 'less' {
  const generation = view?.generation;
  const row = view?.nodes.find(({ name }) => name === worker.name);
  if (generation === undefined || row?.sync !== 'in-sync') return 'less';
  const isNew = generation.epoch > seen.epoch || generation.generation > seen.generation;
  const holds = row.holds?.epoch === generation.epoch && row.holds.generation === generation.generation;
  return isNew && holds ? 'newest' : 'less';
}

/** Kills `node`, at once or `afterMs` from now, and waits for its end. */
async function killed(node: ClusterNode, afterMs: number): Promise<void> {
  await pause(afterMs);
  node.kill('SIGKILL');
  expect(await node.exited()).toBe('SIGKILL');
}

/** What the worker shows right after a kill must be whole, and all that the master was told. */
async function checkDead(flipping: Flipping, phases: Map<string, number>): Promise<void> {
  const { cluster, worker, tree, side } = flipping;
  expect(tree.faults(worker.root)).toEqual([]);
  const phase = phaseOf(flipping);
  phases.set(phase, (phases.get(phase) ?? 0) + 1);
  if (reported(await cluster.view(), flipping) === 'newest') expect(tree.faultsOf(worker.root, side)).toEqual([]);
}

function phaseOf({ tree, worker, side }: Flipping): string {
  if (tree.faultsOf(worker.root, side).length === 0) return 'all new';
  const staged = stagedIn(worker.root).length > 0;
  if (tree.faultsOf(worker.root, otherSide(side)).length === 0) return staged ? 'staged' : 'all old';
  return staged ? 'between renames' : 'renamed, not deleted';
}

const told = (phases: ReadonlyMap<string, number>): string =>
  [...phases].map(([phase, times]) => `${phase} ${times}`).join(', ');

describe(`kill -9 at ${kills} random moments of a sync of 1,000 files`, () => {
  it(
    'leaves no torn file on a worker and no claim that its disk does not hold, and it converges',
    async () => {
      const random = seeded(runSeed('kills of a worker'));
      const flipping = await openFlipping(random);
      const { cluster, worker, syncMs } = flipping;
      const phases = new Map<string, number>();
      const began = performance.now();
      try {
        for (let count = 0; count < kills; ) {
          const down = random() < 0.3;
          if (down) await killed(worker, 0);
          await flip(flipping);
          if (down) worker.start();
          const times = random() < 0.2 ? 2 : 1;
          for (let time = 0; time < times; time++) {
            if (worker.pid() === undefined) worker.start();
            await killed(worker, random() * (down || time > 0 ? syncMs + 600 : syncMs));
            count++;
            await checkDead(flipping, phases);
          }
          worker.start();
          await converged(flipping);
        }
      } finally {
        process.stdout.write(
          `worker: ${told(phases)}; a sync takes ${Math.round(syncMs)} ms; ${Math.round(performance.now() - began)} ms in all\n`,
        );
        await cluster.close();
      }
    },
    kills * perKillMs,
  );

  it(
    'of the master: workers keep every file whole and delete none that it has, its epoch grows, and all converge',
    async () => {
      const random = seeded(runSeed('kills of the master'));
      const flipping = await openFlipping(random);
      const { cluster, worker, tree, syncMs } = flipping;
      const { master } = cluster;
      const began = performance.now();
      try {
        for (let count = 0; count < kills; count++) {
          const { epoch } = flipping.seen;
          const down = random() < 0.3;
          if (down) await killed(master, 0);
          await flip(flipping);
          if (down) master.start();
          await killed(master, random() * (down ? syncMs + 600 : syncMs));
          expect(tree.faults(worker.root)).toEqual([]);
          if (random() < 0.3) await flip(flipping);
          master.start();
          await converged(flipping);
          expect(flipping.seen.epoch).toBeGreaterThan(epoch);
          expect(trashOf(join(master.root, 'queue/cluster/muster'))).toEqual([]);
        }
      } finally {
        process.stdout.write(`master: ${Math.round(performance.now() - began)} ms in all\n`);
        await cluster.close();
      }
    },
    kills * perKillMs,
  );
});
