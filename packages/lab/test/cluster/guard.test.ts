/** What must never empty a worker: a master whose rules are unreadable, moved away or emptied, and keys that are. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, muster, openCluster, until } from '@muster/lab/testing';
import { layFiles, rulesetFiles } from './ruleset-tree.ts';

/** As short as the configuration takes it. */
const quick = 'integrity:\n  guard:\n    confirm_after: 1s\n';
/** Longer than a test: nothing is confirmed. */
const patient = 'integrity:\n  guard:\n    confirm_after: 1h\n';

/** A process without these rights meets modes as any other user does, root too. */
const asOthers = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'];
const isRoot = process.getuid?.() === 0;
const through = isRoot ? asOthers : [];
const meetsModes = !isRoot || spawnSync(asOthers[0]!, [...asOthers.slice(1), 'true']).status === 0;

describe('workers that wait an hour for a second generation keep their files while the master’s', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await running(patient);
  });

  afterAll(() => closed(cluster));

  const itMeetsModes = meetsModes ? it : it.skip;

  itMeetsModes('etc/rules cannot be read; why says so, and it goes on when it can', async () => {
    const { master } = cluster;
    const kept = await rulesOf(cluster);
    await chmod(join(master.root, 'etc/rules'), 0);
    await whySays(master, 'master', /etc\/rules: it cannot be listed.*EACCES/);
    await chmod(join(master.root, 'etc/rules'), 0o770);
    await expectAllKept(cluster, kept);
    await expectInSyncAndAwake(cluster);
  });

  itMeetsModes('etc/rules holds a file that cannot be read; why names it', async () => {
    const { master } = cluster;
    const kept = await rulesOf(cluster);
    const [name] = kept[0]!.keys();
    await chmod(join(master.root, 'etc/rules', name!), 0);
    await whySays(master, 'master', new RegExp(`etc/rules/${name}: it cannot be read.*EACCES`));
    await expectAllKept(cluster, kept);
    await chmod(join(master.root, 'etc/rules', name!), 0o660);
    await expectInSyncAndAwake(cluster);
  });

  it('etc/rules is moved away; why says so, and it goes on when it is back', async () => {
    const { master } = cluster;
    const kept = await rulesOf(cluster);
    await rename(join(master.root, 'etc/rules'), join(master.root, 'away'));
    await whySays(master, 'master', /etc\/rules: it held files and is gone; mount it again/);
    await writeFile(join(master.root, 'etc/lists/while-blocked'), 'added meanwhile');
    await expectAllKept(cluster, kept);
    await rename(join(master.root, 'away'), join(master.root, 'etc/rules'));
    await expectInSyncAndAwake(cluster);
  });

  it('etc/rules is another, empty directory, as when its disk is not mounted; other changes confirm nothing', async () => {
    const { master, workers } = cluster;
    const kept = await rulesOf(cluster);
    await rename(join(master.root, 'etc/rules'), join(master.root, 'away'));
    await mkdir(join(master.root, 'etc/rules'));
    const words = new RegExp(
      `held back by the deletion guard.*${kept[0]!.size} of ${kept[0]!.size} files below etc/rules`,
    );
    for (const worker of workers) await whySays(worker, worker.name, words);
    await whySays(master, workers[0]!.name, /would delete \d+ of \d+ files below etc\/rules; waiting/);
    for (const n of [1, 2, 3]) await goesThrough(cluster, `etc/lists/while-held-${n}`);
    await expectAllKept(cluster, kept);
    await rm(join(master.root, 'etc/rules'), { recursive: true });
    await rename(join(master.root, 'away'), join(master.root, 'etc/rules'));
    await expectInSyncAndAwake(cluster);
  });

  it('etc/rules is emptied file by file; at least half is kept, and other changes go through', async () => {
    const { master, workers } = cluster;
    const kept = await rulesOf(cluster);
    for (const name of kept[0]!.keys()) await rm(join(master.root, 'etc/rules', name));
    for (const worker of workers) await whySays(worker, worker.name, /would delete \d+ of \d+ files below etc\/rules/);
    await goesThrough(cluster, 'etc/lists/while-emptied');
    for (const [at, rules] of (await rulesOf(cluster)).entries()) {
      expect(rules.size).toBeGreaterThanOrEqual(kept[at]!.size / 2);
    }
    for (const [name, bytes] of kept[0]!) await writeFile(join(master.root, 'etc/rules', name), bytes, 'latin1');
    await expectInSyncAndAwake(cluster);
  });

  it('etc/rules was moved away while the master was down; why says so after its start', async () => {
    const { master, workers } = cluster;
    const kept = await rulesOf(cluster);
    master.kill('SIGTERM');
    expect(await master.exited()).toBe(0);
    await rename(join(master.root, 'etc/rules'), join(master.root, 'away'));
    master.start({}, through);
    await whySays(master, 'master', /published no generation yet.*etc\/rules: it held files and is gone/);
    await whySays(
      workers[0]!,
      'worker1',
      /not in sync yet.*The master has not announced a generation since the link was opened/,
    );
    await expectAllKept(cluster, kept);
    await rename(join(master.root, 'away'), join(master.root, 'etc/rules'));
    await expectInSyncAndAwake(cluster);
  });

  itMeetsModes(
    'on the other side, a worker that cannot read its own etc/rules says so and is mended when it can',
    async () => {
      const worker = cluster.workers[0]!;
      await chmod(join(worker.root, 'etc/rules'), 0);
      await whySays(worker, worker.name, /etc\/rules: it cannot be listed.*EACCES/);
      await whySays(cluster.master, worker.name, /not in sync.*etc\/rules: it cannot be listed/);
      await goesThrough(cluster, 'etc/lists/while-blind');
      await chmod(join(worker.root, 'etc/rules'), 0o770);
      await expectInSyncAndAwake(cluster);
    },
  );

  it.each([
    ['is emptied', (path: string) => writeFile(path, ''), /would empty etc\/client\.keys/],
    ['is deleted', (path: string) => rm(path), /would delete etc\/client\.keys/],
    [
      'holds nothing but line ends',
      (path: string) => writeFile(path, '\n\n'),
      /would shrink etc\/client\.keys from \d+ to 2 bytes/,
    ],
  ])('client.keys %s; why says so, and it is in sync when it is back', async (_, harm, words) => {
    const { master, workers } = cluster;
    const path = join(master.root, 'etc/client.keys');
    const keys = await readFile(path, 'utf8');
    await harm(path);
    for (const worker of workers) await whySays(worker, worker.name, words);
    await goesThrough(cluster, 'etc/lists/while-keys-held');
    for (const { root } of workers) expect(await readFile(join(root, 'etc/client.keys'), 'utf8')).toBe(keys);
    await writeFile(path, keys);
    await expectInSyncAndAwake(cluster);
  });
});

describe('workers that wait a second for a second generation', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await running(quick);
  });

  afterAll(() => closed(cluster));

  it('delete the rules that the master deleted on purpose', async () => {
    const { master, workers } = cluster;
    await rename(join(master.root, 'etc/rules'), join(master.root, 'away'));
    await mkdir(join(master.root, 'etc/rules'));
    for (const { root } of workers) {
      await until('the rules are deleted', async () => (await readdir(join(root, 'etc/rules'))).length === 0);
    }
    await expectInSyncAndAwake(cluster);
    for (const worker of workers) expect(worker.output()).toContain('waiting for a second generation');
  });

  it('empty the client.keys that was emptied on purpose', async () => {
    await writeFile(join(cluster.master.root, 'etc/client.keys'), '');
    for (const { root } of cluster.workers) {
      await until('it is empty', async () => (await readFile(join(root, 'etc/client.keys'), 'utf8')) === '');
    }
    await expectInSyncAndAwake(cluster);
    for (const worker of cluster.workers) expect(worker.output()).toContain('would empty etc/client.keys');
  });
});

async function running(musterYaml: string): Promise<Cluster> {
  const cluster = await openCluster({
    ...{ workers: 2, empty: true, musterYaml },
    prepare: ({ role, root }) => (role === 'master' ? layFiles(root, rulesetFiles()) : undefined),
  });
  for (const node of cluster.nodes) node.start({}, through);
  await cluster.inSync();
  return cluster;
}

async function closed(cluster: Cluster): Promise<void> {
  await chmod(join(cluster.master.root, 'etc/rules'), 0o770).catch(() => {});
  await cluster.close();
}

/** Content by name, of each worker. */
const rulesOf = ({ workers }: Cluster): Promise<readonly ReadonlyMap<string, string>[]> =>
  Promise.all(
    workers.map(async ({ root }) => {
      const names = (await readdir(join(root, 'etc/rules'))).sort();
      const texts = names.map(async (name) => [name, await readFile(join(root, 'etc/rules', name), 'latin1')] as const);
      return new Map(await Promise.all(texts));
    }),
  );

async function expectAllKept(cluster: Cluster, kept: Awaited<ReturnType<typeof rulesOf>>): Promise<void> {
  expect(await rulesOf(cluster)).toEqual(kept);
}

/** A new file at `path` on the master comes to every worker. */
async function goesThrough({ master, workers }: Cluster, path: string): Promise<void> {
  const text = `${path}, ${performance.now()}`;
  await writeFile(join(master.root, path), text);
  for (const { root } of workers) {
    const seen = (): Promise<boolean> => readFile(join(root, path), 'utf8').then((there) => there === text);
    await until(`${path} is everywhere`, seen);
  }
}

/** The command line comes to say so, asked of `node` about `about`. */
async function whySays(node: ClusterNode, about: string, words: RegExp): Promise<void> {
  let last = '';
  const says = async (): Promise<boolean> => {
    last = (await muster(node.root, 'why', about)).text;
    return words.test(last);
  };
  await until(`why ${about} says ${words}`, says, { everyMs: 50 }).catch(() => expect(last).toMatch(words));
}

/** All is alike again, and the watches stand: a change is everywhere soon after. */
async function expectInSyncAndAwake(cluster: Cluster): Promise<void> {
  const alike = async (): Promise<boolean> =>
    (await Promise.all(cluster.workers.map((worker) => cluster.differences(worker)))).every((one) => one.length === 0);
  await until('every worker equals the master', alike, { everyMs: 50 });
  await cluster.inSync();
  await goesThrough(cluster, 'etc/rules/awake.xml');
  await cluster.inSync();
}
