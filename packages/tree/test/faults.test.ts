import * as fs from 'node:fs';
import { join } from 'node:path';
import { manualClock } from '@muster/actor/testing';
import { diffTrees } from '@muster/protocol';
import { type Disk, type DiskStep, openTreeWatcher, type Staged, WatchExhausted } from '../src/index.ts';
import { cleanUp, disk, forever, newRoot, onDisk, openNode, past, put, replicate } from './rig.ts';

afterAll(cleanUp);

/** The real disk, on which staging or a step fails where `fault` names a code. */
const faulty = (fault: {
  stage?: (path: string) => string | undefined;
  step?: (step: DiskStep) => string | undefined;
}): Disk => ({
  ...disk,
  openStager: async () => {
    const stager = await disk.openStager();
    const spoil = (one: Staged): Staged => {
      const code = fault.stage?.(one.path);
      if (code === undefined) return one;
      fs.rmSync(one.path, { force: true });
      return { ok: false, path: one.path, failure: { code, path: one.path } };
    };
    return { ...stager, finish: async () => (await stager.finish()).map(spoil) };
  },
  steps: (steps) =>
    Promise.all(
      steps.map(async (step) => {
        const code = fault.step?.(step);
        const path = 'path' in step ? step.path : step.from;
        return code === undefined ? (await disk.steps([step]))[0]! : { ok: false as const, failure: { code, path } };
      }),
    ),
});

describe('a disk that fails', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EIO'])(
    '%s while staging gives the whole plan up and leaves the tree as it was',
    async (code) => {
      const master = await openNode();
      let staged = 0;
      const worker = await openNode({ mode: 'worker', on: faulty({ stage: () => (++staged > 3 ? code : undefined) }) });
      put(worker.root, 'etc/rules/old');
      for (let i = 0; i < 10; i++) put(master.root, `etc/rules/new/${i}`);
      await expect(replicate(master, worker)).rejects.toMatchObject({ name: 'DiskError', code });
      expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/old']);
    },
  );

  it('EACCES of one file fails that file in words; the others are written', async () => {
    const master = await openNode();
    const worker = await openNode({
      mode: 'worker',
      on: faulty({ step: (step) => (step.do === 'rename' && step.to.endsWith('/b') ? 'EACCES' : undefined) }),
    });
    for (const name of ['a', 'b', 'c']) put(master.root, `etc/rules/${name}`);
    const { result } = await replicate(master, worker);
    expect(result).toMatchObject({ written: 2, failures: [{ path: 'etc/rules/b', code: 'EACCES' }] });
    expect(result.failures[0]!.text).toContain('permission denied');
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/a', 'etc/rules/c']);
  });

  it('a directory that holds unsynchronised files where a file must go fails that file in words', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    put(master.root, 'etc/rules/x');
    put(worker.root, 'etc/rules/x/mine.tmp');
    const { result } = await replicate(master, worker);
    expect(result.failures).toMatchObject([
      { path: 'etc/rules/x', code: expect.stringMatching(/EISDIR|ENOTEMPTY|EEXIST/) },
    ]);
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/x/', 'etc/rules/x/mine.tmp']);
  });

  it.each(['etc/rules/d/x', 'var/multigroups/0a1b2c3d/merged.mg', 'etc/client.keys'])(
    'an empty directory where %s must go makes room',
    async (path) => {
      const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
      put(master.root, path, 'a file');
      fs.mkdirSync(join(worker.root, path), { recursive: true });
      const { result } = await replicate(master, worker);
      expect(result).toMatchObject({ written: 1, failures: [] });
      expect(fs.readFileSync(join(worker.root, path), 'utf8')).toBe('a file');
      expect((await worker.scan()).tree.root).toBe(master.tree().root);
    },
  );

  it('a directory that a transaction emptied, while its file had to wait, makes room for it in the next', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    const path = 'var/multigroups/0a1b2c3d/merged.mg';
    put(master.root, path, 'a file');
    put(worker.root, `${path}/merged.mg`, 'in a directory');
    const { remove } = diffTrees((await worker.scan()).tree, (await master.scan()).tree);
    const waiting = { put: [], remove, makeDirectories: [], removeDirectories: [] };
    const plan = { changes: waiting, modeDrift: [], leftovers: [] };
    await worker.replicator.replicate(plan, master.source, () => {}, forever);
    expect((await replicate(master, worker)).result).toMatchObject({ written: 1, failures: [] });
    expect(fs.readFileSync(join(worker.root, path), 'utf8')).toBe('a file');
  });

  it('a trash on another device is filled by copying', async () => {
    const master = await openNode();
    const worker = await openNode({
      mode: 'worker',
      on: faulty({ step: (step) => (step.do === 'rename' && step.to.includes('/trash/') ? 'EXDEV' : undefined) }),
    });
    put(worker.root, 'etc/rules/old', 'content');
    expect((await replicate(master, worker)).result).toMatchObject({ removed: 1, failures: [] });
    expect(onDisk(worker.root, 'etc/rules')).toEqual([]);
    expect(fs.readFileSync(join(worker.root, 'queue/cluster/muster/trash/1/etc/rules/old'), 'utf8')).toBe('content');
  });

  it('a link that breaks leaves the tree as it was and nothing staged', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    for (let i = 0; i < 10; i++) put(master.root, `etc/rules/new/${i}`);
    const changes = diffTrees((await worker.scan()).tree, (await master.scan()).tree);
    const broken: typeof master.source = {
      fetch: async (_, sink) => {
        sink.begin(0);
        await sink.write(Buffer.from('half'));
        throw new Error('link broke');
      },
    };
    await expect(
      worker.replicator.replicate({ changes, modeDrift: [], leftovers: [] }, broken, () => {}, forever),
    ).rejects.toThrow('link broke');
    expect(onDisk(worker.root, 'etc/rules')).toEqual([]);
  });

  it.each([
    ['a torn journal', 'muster-journal-1 00\n["x"', 'nothing'],
    ['no journal', undefined, 'nothing'],
  ])('after %s nothing is renamed and staged files are gone', async (_, journal, found) => {
    const worker = await openNode({ mode: 'worker' });
    if (journal !== undefined) put(worker.root, 'queue/cluster/muster/journal', journal);
    expect(await worker.replicator.recover()).toEqual({ found, renamed: 0, removed: 0, failures: [] });
    put(worker.root, 'etc/rules/d/.muster-0123456789abcdef-0.tmp');
    expect((await worker.replicator.recover()).found).toBe('staged');
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/d/']);
  });
});

const replaceWithAnother = (directory: string) => (root: string) => {
  fs.renameSync(join(root, directory), join(root, 'other'));
  fs.mkdirSync(join(root, directory, 'deep'), { recursive: true });
};

describe('tree watcher', () => {
  it('collects changes, drops what is gone, and looks at what is new', async () => {
    const root = newRoot();
    fs.mkdirSync(join(root, 'etc/rules/d'));
    const clock = manualClock();
    const seen: string[][] = [];
    const directories = ['etc', 'etc/rules', 'etc/rules/d'];
    const watcher = openTreeWatcher({
      disk,
      clock,
      root,
      coalesceMs: 50,
      directories,
      dirty: (set) => seen.push([...set].sort()),
      exhausted: () => {},
    });
    await clock.advance(49);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual([directories]);
    const next = async (): Promise<string[]> => {
      const before = seen.length;
      for (const until = Date.now() + 120_000; seen.length === before && Date.now() < until; ) {
        await past(Date.now() + 1);
        await clock.advance(50);
      }
      return seen.at(-1)!;
    };
    put(root, 'etc/rules/d/f');
    expect(await next()).toEqual(['etc/rules/d']);
    fs.rmSync(join(root, 'etc/rules/d'), { recursive: true });
    expect(await next()).toEqual(expect.arrayContaining(['etc/rules/d']));
    watcher.close();
  });

  it.each<[title: string, harm: (root: string) => void, back: (root: string) => void]>([
    ['replaced by another', replaceWithAnother('etc/rules'), () => {}],
    [
      'moved away, and back later',
      (root) => fs.renameSync(join(root, 'etc/rules'), join(root, 'away')),
      (root) => fs.renameSync(join(root, 'away'), join(root, 'etc/rules')),
    ],
    [
      'below one that was moved away, and back later',
      (root) => fs.renameSync(join(root, 'etc'), join(root, 'away')),
      (root) => fs.renameSync(join(root, 'away'), join(root, 'etc')),
    ],
    [
      'moved, twice, and another put in its place',
      (root) => {
        fs.renameSync(join(root, 'etc/rules'), join(root, 'etc/moved'));
        fs.renameSync(join(root, 'etc/moved'), join(root, 'etc/rules'));
        replaceWithAnother('etc/rules')(root);
      },
      () => {},
    ],
  ])('still watches a directory that was %s', async (_title, harm, back) => {
    const root = newRoot();
    fs.mkdirSync(join(root, 'etc/rules/deep'));
    const { watcher, clock, next } = watching(root, ['etc', 'etc/rules', 'etc/rules/deep']);
    await clock.advance(50);
    harm(root);
    await next('etc/rules');
    back(root);
    watcher.retry();
    await next('etc/rules/deep');
    await next();
    for (const directory of ['etc/rules', 'etc/rules/deep']) {
      put(root, `${directory}/new`);
      expect(await next(directory)).toContain(directory);
    }
    watcher.close();
  });

  it('says once that watches are exhausted, and watches nothing', () => {
    const errors: Error[] = [];
    const poor: Disk = {
      ...disk,
      watch: (directory) => {
        throw new WatchExhausted(directory, 'ENOSPC');
      },
    };
    const watcher = openTreeWatcher({
      disk: poor,
      clock: manualClock(),
      root: '/r',
      coalesceMs: 50,
      directories: ['a', 'b'],
      dirty: () => {},
      exhausted: (error) => errors.push(error),
    });
    watcher.setDirectories(['c']);
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('max_user_watches')]);
  });
});

/** A watcher, and what it says next: the first hint that names `directory`; without one, all until nothing more comes. */
function watching(root: string, directories: readonly string[]) {
  const clock = manualClock();
  let hints: string[] = [];
  const dirty = (set: ReadonlySet<string>): void => void hints.push(...set);
  const watcher = openTreeWatcher({ disk, clock, root, coalesceMs: 50, directories, dirty, exhausted: () => {} });
  const next = async (directory?: string): Promise<string[]> => {
    const waitMs = directory === undefined ? 100 : 120_000;
    for (const until = Date.now() + waitMs; Date.now() < until; ) {
      await past(Date.now() + 1);
      await clock.advance(50);
      if (directory !== undefined && hints.includes(directory)) break;
    }
    const said = hints;
    hints = [];
    return said;
  };
  return { watcher, clock, next };
}
