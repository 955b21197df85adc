/**
 * A change on the master is seen where it is made and is everywhere; damage on a worker is seen and repaired. How soon
 * is printed; `docs/benchmarks.md` has it measured on a machine of its own.
 */
import { appendFile, chmod, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, openCluster } from '@muster/lab/testing';
import { line, type Measured, measured } from './measured.ts';
import { layFiles, rulesetFiles } from './ruleset-tree.ts';

const repetitions = 7;
/** A file that is repaired to the same content ten times a minute rests, for somebody else keeps writing it. */
const repetitionsOnKeys = 4;
/** What is not watched is found an hour later: no test waits that long. */
const musterYaml = 'integrity:\n  reconcile_every: 1h\n';

describe('a cluster of two workers with a ruleset', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await openCluster({
      ...{ workers: 2, empty: true, musterYaml },
      prepare: ({ role, root }) => (role === 'master' ? layFiles(root, rulesetFiles()) : undefined),
    });
    for (const node of cluster.nodes) node.start();
    await cluster.inSync();
  });

  afterAll(() => cluster.close());

  it('has each change on the master everywhere, as its watches tell it', async () => {
    const series: Measured[] = [];
    const onMaster = async (name: string, act: Act, seen: Seen): Promise<void> =>
      void series.push(
        await measured(name, repetitions, (n) => act(cluster.master.root, n), everywhere(cluster, seen)),
      );

    await onMaster('a file is added', writes(newPath, 'new'), holds(newPath, 'new'));
    await onMaster('a file is changed', writes(newPath, 'changed'), holds(newPath, 'changed'));
    await onMaster('a file is changed in place', appends(newPath, '+'), holds(newPath, 'changed+'));
    await onMaster('a file is renamed', renames(newPath, renamedPath), moved(newPath, renamedPath, 'changed+'));
    await onMaster('another is renamed onto a file', replaces(renamedPath), holds(renamedPath, 'replaced'));
    await onMaster('a file is deleted', removes(renamedPath), isGone(renamedPath));
    await onMaster('an empty directory is made', makesFolder(folder), isFolder(folder));
    await onMaster('a file in a deep new directory', writes(deepPath, 'deep'), holds(deepPath, 'deep'));
    await onMaster('a directory is renamed', renames(deepFolder, movedFolder), moved(deepPath, movedPath, 'deep'));
    await onMaster('a directory is deleted', removes(movedFolder), isGone(movedFolder));
    await onMaster('an empty directory is deleted', removesFolder(folder), isGone(folder));

    // The master's own modes mean nothing: workers have those of the table.
    await chmod(join(cluster.master.root, rulePath(0)), 0o600);
    report('on the master, seen on both workers', series);
    await expectIdentical(cluster);
  });

  it('has damage on a worker repaired, as its watches tell it', async () => {
    const series: Measured[] = [];
    const onWorker = async (name: string, act: Act, seen: Seen, times = repetitions): Promise<void> => {
      const { root } = cluster.workers[0]!;
      const [actHere, seenHere] = [(n: number) => act(root, n), (n: number) => seen(root, n)];
      series.push(await measured(name, times, actHere, seenHere));
    };
    const before = await readFile(join(cluster.master.root, rulePath(0)), 'utf8');
    const original: Seen = async (root, n) =>
      (await textAt(root, rulePath(n))) === (await textAt(cluster.master.root, rulePath(n)));

    await onWorker('a file is edited', appends(rulePath, 'damage'), original);
    await onWorker('a file is emptied', writes(rulePath, ''), original);
    await onWorker('a file is added', writes(newPath, 'own'), isGone(newPath));
    await onWorker('a file is deleted', removes(rulePath), original);
    await onWorker('a file is renamed', renames(rulePath, renamedPath), both(original, isGone(renamedPath)));
    await onWorker('a mode is changed', chmods(rulePath, 0o666), hasMode(rulePath, 0o660));
    await onWorker('a directory is added', makesFolder(folder), isGone(folder));
    await onWorker('a file in a new directory is added', writes(deepPath, 'own'), isGone(deepFolder));
    await onWorker('client.keys is emptied', writes(keysPath, ''), holdsKeys, repetitionsOnKeys);
    await onWorker(
      'an agent is registered in client.keys',
      appends(keysPath, '009 own any 1\n'),
      holdsKeys,
      repetitionsOnKeys,
    );

    report('on a worker, repaired', series);
    await expectIdentical(cluster);
    expect(await readFile(join(cluster.master.root, rulePath(0)), 'utf8')).toBe(before);
  });

  it('has everything repaired after a worker lost all its files at once', async () => {
    const { root } = cluster.workers[1]!;
    const loss = await measured(
      'rules, decoders and lists are moved away',
      3,
      async (n) => {
        for (const name of ['rules', 'decoders', 'lists'])
          await rename(join(root, 'etc', name), join(root, `${name}-${n}`));
      },
      async () => (await cluster.differences(cluster.workers[1]!)).length === 0,
    );
    const original = await textAt(root, rulePath(0));
    const edit = await measured(
      'a file is edited after that',
      3,
      () => appendFile(join(root, rulePath(0)), 'damage'),
      async () => (await textAt(root, rulePath(0))) === original,
    );
    report('on a worker, repaired', [loss, edit]);
    await expectIdentical(cluster);
  });

  const holdsKeys: Seen = async (root) =>
    (await textAt(root, keysPath())) === (await textAt(cluster.master.root, keysPath()));
});

type Path = (n: number) => string;
type Act = (root: string, n: number) => Promise<unknown>;
type Seen = (root: string, n: number) => Promise<boolean>;

const newPath: Path = (n) => `etc/rules/new-${n}.xml`;
const renamedPath: Path = (n) => `etc/rules/renamed-${n}.xml`;
const rulePath: Path = (n) => `etc/rules/${String(n + 1).padStart(4, '0')}-workshop_rules.xml`;
const folder: Path = (n) => `etc/lists/empty-${n}`;
const deepFolder: Path = (n) => `etc/decoders/a-${n}`;
const deepPath: Path = (n) => `${deepFolder(n)}/b/c/deep.xml`;
const movedFolder: Path = (n) => `etc/decoders/moved-${n}`;
const movedPath: Path = (n) => `${movedFolder(n)}/b/c/deep.xml`;
const keysPath = (): string => 'etc/client.keys';

const writes =
  (path: Path, text: string): Act =>
  async (root, n) => {
    await mkdir(join(root, path(n), '..'), { recursive: true });
    await writeFile(join(root, path(n)), text);
  };
const appends =
  (path: Path, text: string): Act =>
  (root, n) =>
    appendFile(join(root, path(n)), text);
const renames =
  (from: Path, to: Path): Act =>
  (root, n) =>
    rename(join(root, from(n)), join(root, to(n)));
const removes =
  (path: Path): Act =>
  (root, n) =>
    rm(join(root, path(n)), { recursive: true });
const chmods =
  (path: Path, mode: number): Act =>
  (root, n) =>
    chmod(join(root, path(n)), mode);
const makesFolder =
  (path: Path): Act =>
  (root, n) =>
    mkdir(join(root, path(n)));
const removesFolder =
  (path: Path): Act =>
  (root, n) =>
    rmdir(join(root, path(n)));
/** As editors save: a new file takes the place of the old. The temporary name is one that is never synchronised. */
const replaces =
  (path: Path): Act =>
  async (root, n) => {
    await writeFile(join(root, `${path(n)}.tmp`), 'replaced');
    await rename(join(root, `${path(n)}.tmp`), join(root, path(n)));
  };

const textAt = (root: string, path: string): Promise<string | undefined> =>
  readFile(join(root, path), 'utf8').catch(() => undefined);
const statAt = (root: string, path: string) => stat(join(root, path)).catch(() => undefined);

const holds =
  (path: Path, text: string): Seen =>
  async (root, n) =>
    (await textAt(root, path(n))) === text;
const isGone =
  (path: Path): Seen =>
  async (root, n) =>
    (await statAt(root, path(n))) === undefined;
const isFolder =
  (path: Path): Seen =>
  async (root, n) =>
    (await statAt(root, path(n)))?.isDirectory() === true;
const hasMode =
  (path: Path, mode: number): Seen =>
  async (root, n) =>
    ((await statAt(root, path(n)))?.mode ?? 0) % 0o10000 === mode;
const both =
  (one: Seen, other: Seen): Seen =>
  async (root, n) =>
    (await one(root, n)) && (await other(root, n));
const moved = (from: Path, to: Path, text: string): Seen => both(isGone(from), holds(to, text));

const everywhere =
  ({ workers }: Cluster, seen: Seen) =>
  async (n: number): Promise<boolean> =>
    (await Promise.all(workers.map(({ root }) => seen(root, n)))).every(Boolean);

function report(where: string, series: readonly Measured[]): void {
  process.stdout.write(`${where}:\n${series.map((one) => `  ${line(one)}\n`).join('')}`);
}

/** Files, modes and directories, empty ones too. */
async function expectIdentical(cluster: Cluster): Promise<void> {
  await cluster.inSync();
  const folders = await foldersOf(cluster.master);
  for (const worker of cluster.workers) {
    expect(await cluster.differences(worker)).toEqual([]);
    expect(await foldersOf(worker)).toEqual(folders);
  }
}

async function foldersOf({ root }: ClusterNode): Promise<readonly string[]> {
  const entries = await readdir(join(root, 'etc'), { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  return found.map((path) => path.slice(root.length + 1)).sort();
}
