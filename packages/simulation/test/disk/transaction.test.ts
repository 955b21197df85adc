/** The product's own transactions on the simulated disk, killed or without power before each of their effects. */
import { diffTrees } from '@muster/protocol';
import {
  type Disk,
  defaultExclusions,
  isStagedName,
  openContentReader,
  openReplicator,
  openScanner,
  type ScanResult,
  type TableEntry,
} from '@muster/tree';
import { openDice } from '../../src/dice.ts';
import { type FileSystem, openFileSystem, simulatedDisk } from '../../src/disk/index.ts';
import { openHost } from '../../src/host.ts';
import { openTimeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';
import { bytes, epochMs, text } from './rig.ts';

const root = '/var/ossec';
const statePath = `${root}/queue/cluster/muster`;
const entry = (directory: string): TableEntry => ({
  directory,
  mode: 0o660,
  files: 'all',
  recursive: true,
  removeEmptyDirectories: directory === 'etc/shared',
});
const table = [entry('etc/shared'), entry('etc/rules'), entry('etc/lists')];
const forever = new AbortController().signal;

const onMaster = ['new', 'replaced', 'deep/er/new', 'fileForDirectory', 'directoryForFile/f'];
const onWorker = ['replaced', 'removed', 'old/er/removed', 'fileForDirectory/deep/f', 'directoryForFile'];

/** `spoil`: a wrong disk for the worker. */
function openWorld(seed: number, spoil: (disk: Disk) => Disk = (disk) => disk) {
  const dice = openDice(seed);
  const timeline = openTimeline(dice.fork('timeline'), openTrace(10));
  const wallNow = (): number => epochMs + timeline.now();
  const open = (node: string): FileSystem => {
    const files = openFileSystem({ node, timeline, wallNow });
    for (const { directory } of table) files.makeDirectory(`${root}/${directory}`, 'operator');
    files.makeDirectory(`${root}/queue/cluster`, 'operator');
    return files;
  };
  const [master, worker] = [open('master'), open('worker')];
  for (const path of onMaster) master.write(`${root}/etc/rules/${path}`, bytes(`master ${path}`), 'operator');
  for (const path of onWorker) worker.write(`${root}/etc/rules/${path}`, bytes(`worker ${path}`), 'operator');
  worker.write(`${root}/etc/shared/group/agent.conf`, bytes('worker group'), 'operator');
  for (const files of [master, worker]) files.write(`${root}/etc/rules/same`, bytes('same'), 'operator');
  master.settle();
  worker.settle();
  worker.faults.yieldAfterStep = seed % 2 === 0 ? 0 : 0.2;
  const done = async <T>(promise: Promise<T>): Promise<T | 'never'> => {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    promise.then(
      (value) => {
        outcome = { value };
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    await timeline.drive(() => outcome !== undefined);
    if (outcome === undefined) return 'never';
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };
  let incarnation = 0;
  const start = (files: FileSystem) => {
    incarnation += 1;
    const host = openHost(timeline, files.node, incarnation);
    const disk = simulatedDisk(files, host, dice.fork(String(incarnation)));
    return { host, ...openNode(files === worker ? spoil(disk) : disk, wallNow, dice.next) };
  };
  return { dice, master, worker, done, start };
}

function openNode(disk: Disk, wallNow: () => number, random: () => number) {
  const site = { root, table, exclusions: defaultExclusions };
  const limits = { maxFileBytes: 1 << 20, maxFiles: 1_000 };
  let last: ScanResult | undefined;
  const opened = openScanner(
    { disk, wallNow },
    { ...site, limits, cachePath: `${root}/queue/cluster/digests`, mode: 'worker' },
  );
  const scan = async (): Promise<ScanResult> => {
    last = await (await opened).scan('all', forever);
    return last;
  };
  const learn: Parameters<typeof openReplicator>[0]['learn'] = (files, directories) =>
    void opened.then((scanner) => scanner.learn(files, directories));
  const replicator = openReplicator({ disk, random, learn }, { ...site, statePath });
  const source = openContentReader({ disk, ...site, tree: () => last!.tree });
  return { scan, replicator, source, save: async () => (await opened).save() };
}

/** Makes the worker equal to the master, from its start on. */
async function heal({ master, start }: ReturnType<typeof openWorld>, worker: ReturnType<typeof openNode>) {
  const from = start(master);
  await worker.replicator.recover();
  const [to, own] = [await from.scan(), await worker.scan()];
  const plan = { changes: diffTrees(own.tree, to.tree), modeDrift: own.modeDrift, leftovers: own.leftovers };
  const result = await worker.replicator.replicate(plan, from.source, () => {}, forever);
  const after = await worker.scan();
  await worker.save();
  return { failures: result.failures, equal: after.tree.root === to.tree.root };
}

const contents = (files: FileSystem): Map<string, string> =>
  new Map(
    files
      .filesBelow(`${root}/etc`)
      .filter(([path]) => !isStagedName(path.slice(path.lastIndexOf('/') + 1)))
      .map(([path, content]) => [path, text(content)!]),
  );

it.each(['kill', 'power'] as const)(
  'a worker that ends by %s before any effect is whole, and made equal by the next',
  async (how) => {
    let effects = 0;
    for (let n = 1, ended = false; !ended; n++) {
      const world = openWorld(n);
      const [before, wanted] = [contents(world.worker), contents(world.master)];
      const first = world.start(world.worker);
      first.host.dieAtEffect(n, () => {});
      ended = (await world.done(heal(world, first))) !== 'never';
      if (how === 'power') world.worker.losePower(world.dice.fork('power'));
      for (const [path, content] of contents(world.worker))
        expect([n, path, [before.get(path), wanted.get(path)].includes(content)]).toEqual([n, path, true]);
      expect([n, await world.done(heal(world, world.start(world.worker)))]).toEqual([n, { failures: [], equal: true }]);
      expect(contents(world.worker)).toEqual(wanted);
      expect(world.worker.exists(`${statePath}/journal`)).toBe(false);
      const trashed = world.worker
        .filesBelow(`${statePath}/trash`)
        .map(([path, content]) => [path.replace(/.*\/trash\/\d+/, ''), text(content)]);
      for (const path of ['removed', 'old/er/removed', 'fileForDirectory/deep/f'])
        expect([n, trashed]).toEqual([n, expect.arrayContaining([[`/etc/rules/${path}`, `worker ${path}`]])]);
      effects = n - 1;
    }
    expect(effects).toBeGreaterThan(50);
  },
);

/** Losses of power, before each of the first effects, after which a file is neither the old nor the new, or is gone for good. */
async function harmed(spoil: (disk: Disk) => Disk): Promise<number> {
  let count = 0;
  for (let n = 1; n <= 60; n++) {
    const world = openWorld(n, spoil);
    const [before, wanted] = [contents(world.worker), contents(world.master)];
    const first = world.start(world.worker);
    first.host.dieAtEffect(n, () => {});
    await world.done(heal(world, first));
    world.worker.losePower(world.dice.fork('power'));
    const left = contents(world.worker);
    if ([...left].some(([path, content]) => content !== before.get(path) && content !== wanted.get(path))) count += 1;
  }
  return count;
}

it('a disk that syncs nothing is found out, one that syncs is not', async () => {
  expect(await harmed((disk) => disk)).toBe(0);
  expect(await harmed((disk) => ({ ...disk, sync: () => Promise.resolve() }))).toBeGreaterThan(3);
});
