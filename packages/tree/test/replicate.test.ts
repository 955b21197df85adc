import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { diffTrees } from '@muster/protocol';
import type { Disk } from '../src/index.ts';
import { cleanUp, disk, forever, onDisk, openNode, past, pathsOf, put, replicate } from './rig.ts';

afterAll(cleanUp);

describe('replication', () => {
  it('makes an empty worker equal to its master, contents and modes', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    for (let i = 0; i < 300; i++) put(master.root, `etc/rules/d${i % 7}/file${i}.xml`, `rule ${i}`);
    put(master.root, 'etc/client.keys', '001 a any key');
    put(master.root, 'etc/lists/big', Buffer.alloc(300_000, 'x'));
    fs.mkdirSync(join(master.root, 'etc/lists/empty'));
    const { result } = await replicate(master, worker);
    expect(result).toMatchObject({ written: 302, removed: 0, failures: [], missing: [] });
    expect((await worker.scan()).tree.root).toBe(master.tree().root);
    expect(onDisk(worker.root)).toEqual(onDisk(master.root));
    expect(fs.statSync(join(worker.root, 'etc/rules/d0/file0.xml')).mode & 0o7777).toBe(0o660);
    expect(fs.statSync(join(worker.root, 'etc/client.keys')).mode & 0o7777).toBe(0o640);
    expect(execFileSync('diff', ['-r', join(master.root, 'etc'), join(worker.root, 'etc')]).toString()).toBe('');
  });

  it('tells the bytes of a large file as they come, not when all have', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    put(master.root, 'etc/lists/big', Buffer.alloc(1_000_000, 'x'));
    const [{ tree: wanted }, { tree: has }] = [await master.scan(), await worker.scan()];
    const seen: { files: number; bytes: number }[] = [];
    const plan = { changes: diffTrees(has, wanted), modeDrift: [], leftovers: [] };
    await worker.replicator.replicate(plan, master.source, (done) => void seen.push(done), forever);
    expect(seen.at(-1)).toEqual({ files: 1, bytes: 1_000_000 });
    expect(seen.some(({ files, bytes }) => files === 0 && bytes > 0 && bytes < 1_000_000)).toBe(true);
  });

  it('reads nothing again of what it wrote', async () => {
    const journal = disk.replace;
    const slowly: Disk = { ...disk, replace: (...file) => past(Date.now() + 30).then(() => journal(...file)) };
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker', on: slowly })];
    for (let i = 0; i < 50; i++) put(master.root, `etc/rules/file${i}.xml`, `rule ${i}`);
    put(master.root, 'etc/lists/list', 'a list');
    await replicate(master, worker);
    expect(await worker.scan(new Set(['etc/lists']))).toMatchObject({ hashed: 0 });
    expect(await worker.scan(new Set(['etc/rules']))).toMatchObject({ hashed: 0, reused: 51 });
  });

  it('puts deleted files into the trash, and the next deletion leaves them there', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    for (const name of ['a', 'b', 'c/d']) put(worker.root, `etc/rules/${name}`, name);
    put(master.root, 'etc/rules/b', 'b');
    expect((await replicate(master, worker)).result).toMatchObject({ removed: 2, failures: [] });
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/b']);
    const trash = join(worker.root, 'queue/cluster/muster/trash');
    expect(fs.readFileSync(join(trash, '1/etc/rules/c/d'), 'utf8')).toBe('c/d');
    fs.rmSync(join(master.root, 'etc/rules/b'));
    await replicate(master, worker);
    expect(fs.readdirSync(trash).sort()).toEqual(['1', '2']);
    expect(fs.readFileSync(join(trash, '1/etc/rules/c/d'), 'utf8')).toBe('c/d');
  });

  it('keeps eight generations of deleted files, and clears the oldest', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    const trash = join(worker.root, 'queue/cluster/muster/trash');
    const kept: string[][] = [];
    for (let number = 1; number <= 9; number++) {
      put(worker.root, `etc/rules/stray${number}`);
      await replicate(master, worker);
      kept.push(fs.readdirSync(trash).sort());
    }
    expect(kept[7]).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(kept[8]).toEqual(['2', '3', '4', '5', '6', '7', '8', '9']);
    expect(fs.existsSync(join(trash, '2/etc/rules/stray2'))).toBe(true);
  });

  it('keeps no more of them also when a run was killed before it cleared the last', async () => {
    const worker = await openNode({ mode: 'worker' });
    const trash = 'queue/cluster/muster/trash';
    for (const number of [2, 3, 4, 5, 6, 7, 9, 10, 11, 12]) put(worker.root, `${trash}/${number}/etc/rules/deep/f`);
    await worker.replicator.recover();
    expect(fs.readdirSync(join(worker.root, trash))).toHaveLength(8);
    expect(fs.existsSync(join(worker.root, trash, '4'))).toBe(true);
    expect(fs.existsSync(join(worker.root, trash, '3'))).toBe(false);
  });

  it('lets a directory take the place of a file, and a file that of a directory', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    put(master.root, 'etc/rules/x/deep/f');
    put(worker.root, 'etc/rules/x');
    put(master.root, 'etc/rules/y');
    put(worker.root, 'etc/rules/y/deep/f');
    expect((await replicate(master, worker)).result.failures).toEqual([]);
    expect(onDisk(worker.root)).toEqual(onDisk(master.root));
    expect((await worker.scan()).tree.root).toBe(master.tree().root);
  });

  it('removes a directory that holds only excluded names where its table entry says so', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    put(worker.root, 'etc/shared/group/agent.conf');
    put(worker.root, 'etc/shared/group/ar.conf');
    put(worker.root, 'etc/rules/group/f');
    put(worker.root, 'etc/rules/group/ar.conf');
    await replicate(master, worker);
    expect(onDisk(worker.root, 'etc/shared')).toEqual([]);
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/group/', 'etc/rules/group/ar.conf']);
    expect(diffTrees((await worker.scan()).tree, master.tree()).removeDirectories).toEqual([]);
  });

  it('never follows a symlinked directory out of its table entry', async () => {
    const [master, worker, outside] = [await openNode(), await openNode({ mode: 'worker' }), await openNode()];
    put(master.root, 'etc/rules/sub/evil');
    put(master.root, 'etc/rules/good');
    fs.symlinkSync(join(outside.root, 'etc'), join(worker.root, 'etc/rules/sub'));
    const { result } = await replicate(master, worker);
    expect(result.written).toBe(1);
    expect(result.failures).toMatchObject([
      { path: 'etc/rules/sub/evil', code: 'ELOOP' },
      { path: 'etc/rules/sub', code: 'ELOOP' },
    ]);
    expect(fs.existsSync(join(outside.root, 'etc/evil'))).toBe(false);
  });

  it('refuses paths that the table does not select', async () => {
    const worker = await openNode({ mode: 'worker' });
    const entry = { size: 1, digest: 'ab'.repeat(64) };
    const paths = [
      'etc/ossec.conf',
      'etc/rules/../../x',
      '/etc/passwd',
      'etc/rules_evil/f',
      'etc/rules/ar.conf',
      'etc/rules/a\\b',
      'etc/other',
    ];
    const changes = {
      put: paths.map((path) => ({ path, entry })),
      remove: paths,
      makeDirectories: ['etc/rules/..', 'var'],
      removeDirectories: ['queue', 'etc'],
    };
    const source = { fetch: () => Promise.reject(new Error('nothing may be fetched')) };
    const result = await worker.replicator.replicate(
      { changes, modeDrift: [], leftovers: [] },
      source,
      () => {},
      forever,
    );
    expect(result).toMatchObject({ written: 0, removed: 0 });
    expect(new Set(result.failures.map(({ code }) => code))).toEqual(new Set(['OUTSIDE']));
  });

  it('throws away content that does not fit its digest', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    put(master.root, 'etc/rules/a', 'good');
    put(master.root, 'etc/rules/b', 'good too');
    await master.scan();
    fs.writeFileSync(join(master.root, 'etc/rules/a'), 'evil');
    const changes = diffTrees((await worker.scan()).tree, master.tree());
    const result = await worker.replicator.replicate(
      { changes, modeDrift: [], leftovers: [] },
      master.source,
      () => {},
      forever,
    );
    expect(result.written).toBe(1);
    expect(result.failures).toMatchObject([{ path: 'etc/rules/a', code: 'DIGEST_MISMATCH' }]);
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/b']);
  });

  it('mends modes and removes leftovers', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    put(master.root, 'etc/rules/a', 'same');
    put(worker.root, 'etc/rules/a', 'same');
    put(worker.root, 'etc/rules/.muster-0123456789abcdef-0.tmp', 'left');
    fs.chmodSync(join(worker.root, 'etc/rules/a'), 0o777);
    const { plan } = await replicate(master, worker);
    expect(plan).toMatchObject({ modeDrift: ['etc/rules/a'], leftovers: ['etc/rules/.muster-0123456789abcdef-0.tmp'] });
    expect(fs.statSync(join(worker.root, 'etc/rules/a')).mode & 0o7777).toBe(0o660);
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/a']);
    expect((await worker.scan()).modeDrift).toEqual([]);
  });

  it('reports what the source no longer has', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    put(master.root, 'etc/rules/a', 'one');
    put(master.root, 'etc/rules/b', 'two');
    await master.scan();
    fs.rmSync(join(master.root, 'etc/rules/a'));
    const changes = diffTrees((await worker.scan()).tree, master.tree());
    const result = await worker.replicator.replicate(
      { changes, modeDrift: [], leftovers: [] },
      master.source,
      () => {},
      forever,
    );
    expect(result).toMatchObject({ written: 1, missing: ['etc/rules/a'], failures: [] });
    expect(pathsOf((await worker.scan()).tree)).toEqual(['etc/rules/b']);
  });

  it('deletes nothing while what was to come in its place is no longer there', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
    put(master.root, 'etc/rules/a', 'one');
    put(worker.root, 'etc/rules/old', 'two');
    await master.scan();
    fs.rmSync(join(master.root, 'etc/rules/a'));
    const changes = diffTrees((await worker.scan()).tree, master.tree());
    const plan = { changes, modeDrift: [], leftovers: [] };
    const result = await worker.replicator.replicate(plan, master.source, () => {}, forever);
    expect(result).toMatchObject({ written: 0, removed: 0, missing: ['etc/rules/a'], failures: [] });
    expect(pathsOf((await worker.scan()).tree)).toEqual(['etc/rules/old']);
  });
});
