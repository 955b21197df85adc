import * as fs from 'node:fs';
import { join } from 'node:path';
import { diffTrees } from '@muster/protocol';
import { cleanUp, forever, type Node, onDisk, openNode, put, replicate } from './rig.ts';

afterAll(cleanUp);

const open = async (): Promise<readonly [master: Node, worker: Node]> => [
  await openNode(),
  await openNode({ mode: 'worker' }),
];

/** What one more replication would still do. */
const left = async (master: Node, worker: Node): Promise<string[]> => {
  const {
    put: puts,
    remove,
    makeDirectories,
    removeDirectories,
  } = diffTrees((await worker.scan()).tree, (await master.scan()).tree);
  return [...puts.map(({ path }) => path), ...remove, ...makeDirectories, ...removeDirectories];
};

describe('a directory without files', () => {
  it('that is empty on the master counts on a worker where it holds only excluded names, once asked for', async () => {
    const [master, worker] = await open();
    fs.mkdirSync(join(master.root, 'etc/rules/d'));
    put(worker.root, 'etc/rules/d/mine.tmp');
    expect(await left(master, worker)).toEqual(['etc/rules/d']);
    expect((await replicate(master, worker)).result.failures).toEqual([]);
    expect(await left(master, worker)).toEqual([]);
    expect((await worker.scan(new Set(['etc/rules/d']))).tree.root).toBe(master.tree().root);
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/d/', 'etc/rules/d/mine.tmp']);
  });

  it('is asked for once more after a restart, and then counts again', async () => {
    const [master, worker] = await open();
    fs.mkdirSync(join(master.root, 'etc/rules/d'));
    put(worker.root, 'etc/rules/d/mine.tmp');
    await replicate(master, worker);
    await worker.scanner.save();
    const restarted = await openNode({ root: worker.root, mode: 'worker' });
    expect(await left(master, restarted)).toEqual(['etc/rules/d']);
    await replicate(master, restarted);
    expect(await left(master, restarted)).toEqual([]);
  });

  it('is no longer missed once the master removed it: what is excluded stays, and does not count', async () => {
    const [master, worker] = await open();
    fs.mkdirSync(join(master.root, 'etc/rules/d'));
    put(worker.root, 'etc/rules/d/mine.tmp');
    await replicate(master, worker);
    fs.rmdirSync(join(master.root, 'etc/rules/d'));
    expect((await replicate(master, worker)).result.failures).toEqual([]);
    expect(await left(master, worker)).toEqual([]);
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/d/', 'etc/rules/d/mine.tmp']);
  });

  it('stays empty on the worker when its files go on the master but it does not', async () => {
    const [master, worker] = await open();
    put(master.root, 'etc/rules/d/f');
    put(worker.root, 'etc/rules/d/mine.tmp');
    await replicate(master, worker);
    fs.rmSync(join(master.root, 'etc/rules/d/f'));
    await replicate(master, worker);
    if ((await left(master, worker)).length > 0) await replicate(master, worker);
    expect(await left(master, worker)).toEqual([]);
  });

  it('that was asked for stays when what a worker put below it goes', async () => {
    const [master, worker] = await open();
    fs.mkdirSync(join(master.root, 'etc/rules/d'));
    await replicate(master, worker);
    put(worker.root, 'etc/rules/d/below/f');
    await replicate(master, worker);
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/d/']);
    expect(await left(master, worker)).toEqual([]);
  });

  it('that holds only excluded names on the master is not made on a worker', async () => {
    const [master, worker] = await open();
    put(master.root, 'etc/rules/d/mine.tmp');
    await replicate(master, worker);
    expect(onDisk(worker.root, 'etc/rules')).toEqual([]);
    expect(await left(master, worker)).toEqual([]);
  });

  it('goes with its excluded names where the table says so, into the trash', async () => {
    const [master, worker] = await open();
    put(worker.root, 'etc/shared/group/agent.conf');
    put(worker.root, 'etc/shared/group/ar.conf', 'ar');
    expect((await replicate(master, worker)).result).toMatchObject({ failures: [], removed: 2 });
    expect(onDisk(worker.root, 'etc/shared')).toEqual([]);
    const trash = join(worker.root, 'queue/cluster/muster/trash/1/etc/shared/group/ar.conf');
    expect(fs.readFileSync(trash, 'utf8')).toBe('ar');
  });

  it('of a class of named files comes and goes with its file', async () => {
    const [master, worker] = await open();
    put(master.root, 'var/multigroups/0a1b2c3d/merged.mg');
    put(master.root, 'var/multigroups/stays/merged.mg');
    expect((await replicate(master, worker)).result).toMatchObject({ failures: [], written: 2 });
    put(worker.root, 'var/multigroups/stays/notes');
    fs.rmSync(join(master.root, 'var/multigroups'), { recursive: true });
    fs.mkdirSync(join(master.root, 'var/multigroups/stays'), { recursive: true });
    expect((await replicate(master, worker)).result).toMatchObject({ failures: [], removed: 2 });
    expect(onDisk(worker.root, 'var/multigroups')).toEqual(['var/multigroups/stays/', 'var/multigroups/stays/notes']);
    expect(await left(master, worker)).toEqual([]);
  });

  it('of a class of named files is not made for itself, whoever asks', async () => {
    const worker = await openNode({ mode: 'worker' });
    const changes = { put: [], remove: [], makeDirectories: ['var/multigroups/empty'], removeDirectories: [] };
    const plan = { changes, modeDrift: [], leftovers: [] };
    await worker.replicator.replicate(plan, worker.source, () => {}, forever);
    expect(onDisk(worker.root, 'var/multigroups')).toEqual([]);
  });

  it('made in the commit has the mode and owner of one made before it', async () => {
    const [master, worker] = [
      await openNode(),
      await openNode({ mode: 'worker', owner: { uid: process.getuid!(), gid: 12_345 } }),
    ];
    put(master.root, 'etc/rules/x/deep/f');
    put(master.root, 'etc/rules/y/deep/f');
    put(worker.root, 'etc/rules/x');
    const before = process.umask(0o077);
    try {
      await replicate(master, worker);
    } finally {
      process.umask(before);
    }
    for (const directory of ['x', 'x/deep', 'y', 'y/deep']) {
      const { mode, gid } = fs.statSync(join(worker.root, 'etc/rules', directory));
      expect([directory, mode & 0o7777, gid]).toEqual([directory, 0o770, process.getuid!() === 0 ? 12_345 : gid]);
    }
  });
});
