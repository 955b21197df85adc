import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../src/index.ts';
import { cleanUp, disk, forever, newRoot, openNode, pathsOf, put } from './rig.ts';

afterAll(cleanUp);

const touch = (path: string, like: fs.Stats): void => fs.utimesSync(path, like.atime, like.mtime);

describe('scan', () => {
  it('selects by table and exclusions', async () => {
    const node = await openNode();
    const names = [
      'a.xml',
      'ar.conf',
      'x.tmp',
      'x~',
      'x.lock',
      'x.swp',
      'a.merged',
      '.hidden',
      'deep/er/f',
      'ossec.conf',
    ];
    for (const name of names) put(node.root, `etc/rules/${name}`);
    for (const name of ['client.keys', 'ossec.conf', 'other']) put(node.root, `etc/${name}`);
    const paths = [
      'etc/client.keys',
      ...['.hidden', 'a.merged', 'a.xml', 'deep/er/f'].map((name) => `etc/rules/${name}`),
    ];
    expect(pathsOf((await node.scan()).tree)).toEqual(paths);
  });

  it('digests as b2sum does', async () => {
    const node = await openNode();
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
    put(node.root, 'etc/rules/a', content);
    put(node.root, 'etc/rules/empty', '');
    const { tree } = await node.scan();
    const sums = execFileSync('b2sum', ['a', 'empty'], { cwd: join(node.root, 'etc/rules') }).toString();
    const files = tree.directories.get('etc/rules')!.files;
    expect(sums).toBe([...files].map(([name, { digest }]) => `${digest}  ${name}\n`).join(''));
    expect(files.get('a')!.size).toBe(300_000);
  });

  it('reads nothing twice, and gives the same tree when nothing changed', async () => {
    const node = await openNode();
    for (let i = 0; i < 100; i++) put(node.root, `etc/rules/${i % 9}/${i}`);
    const first = await node.scan();
    const second = await node.scan();
    expect([first.hashed, second.hashed, second.reused]).toEqual([100, 0, 100]);
    expect(second.tree).toBe(first.tree);
  });

  it('reads nothing after a restart', async () => {
    const node = await openNode();
    for (let i = 0; i < 100; i++) put(node.root, `etc/rules/${i % 9}/${i}`);
    fs.mkdirSync(join(node.root, 'etc/rules/empty'));
    const first = await node.scan();
    await node.scanner.save();
    const again = await (await openNode({ root: node.root })).scan();
    expect([again.hashed, again.tree.root]).toEqual([0, first.tree.root]);
  });

  it('reads nothing after a restart where files were written anew with the same content', async () => {
    const node = await openNode();
    for (let i = 0; i < 10; i++) put(node.root, `etc/rules/${i}`);
    const first = await node.scan();
    await node.scanner.save();
    put(node.root, 'etc/rules/3');
    fs.renameSync(join(node.root, 'etc/rules/4'), join(node.root, 'etc/rules/moved'));
    fs.renameSync(join(node.root, 'etc/rules/moved'), join(node.root, 'etc/rules/4'));
    expect((await node.scan()).tree.root).toBe(first.tree.root);
    expect((await node.scan()).hashed).toBe(0);
    await node.scanner.save();
    const again = await (await openNode({ root: node.root })).scan();
    expect([again.hashed, again.tree.root]).toEqual([0, first.tree.root]);
  });

  it('has its digests on the disk when a second save, made at once, says so', async () => {
    const node = await openNode();
    for (let i = 0; i < 10; i++) put(node.root, `etc/rules/${i}`);
    await node.scan();
    void node.scanner.save();
    await node.scanner.save();
    expect((await (await openNode({ root: node.root })).scan()).hashed).toBe(0);
  });

  it.each([
    ['a flipped byte', (bytes: Buffer) => bytes.fill(bytes[40]! ^ 1, 40, 41)],
    ['a cut end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 7)],
    ['another version', (bytes: Buffer) => bytes.fill('9', 7, 8)],
    ['nothing', () => Buffer.alloc(0)],
  ])('ignores a digest cache with %s', async (_, spoil) => {
    const node = await openNode();
    for (let i = 0; i < 10; i++) put(node.root, `etc/rules/${i}`);
    const first = await node.scan();
    await node.scanner.save();
    const cache = join(node.root, 'queue/cluster/digests');
    fs.writeFileSync(cache, spoil(fs.readFileSync(cache)));
    const again = await (await openNode({ root: node.root })).scan();
    expect([again.hashed, again.tree.root]).toEqual([10, first.tree.root]);
  });

  it.each(['master', 'worker'] as const)('sees a change that keeps size and mtime, on a %s', async (mode) => {
    const node = await openNode({ mode, wallNow: Date.now });
    put(node.root, 'etc/rules/a', 'one');
    const before = await node.scan();
    const path = join(node.root, 'etc/rules/a');
    const stat = fs.statSync(path);
    fs.writeFileSync(path, 'two');
    touch(path, stat);
    const after = await node.scan(new Set(['etc/rules']));
    expect(after.tree.root).not.toBe(before.tree.root);
    expect(after.hashed).toBe(1);
  });

  it('does not trust a file that is younger than the clock can tell', async () => {
    const node = await openNode({ wallNow: () => Date.now() - 10_000 });
    put(node.root, 'etc/rules/a');
    await node.scan();
    expect((await node.scan()).hashed).toBe(1);
  });

  it('takes in new, renamed and vanished directories of a dirty one', async () => {
    const node = await openNode();
    for (const path of ['a/b/1', 'a/2', 'c/3']) put(node.root, `etc/rules/${path}`);
    await node.scan();
    const rules = join(node.root, 'etc/rules');
    fs.renameSync(join(rules, 'a'), join(rules, 'z'));
    fs.rmSync(join(rules, 'c'), { recursive: true });
    put(node.root, 'etc/rules/new/deep/4');
    const { tree } = await node.scan(
      new Set(['etc/rules', 'etc/rules/c', 'etc/rules/unheard/of', 'etc/rules/../..', 'elsewhere']),
    );
    expect(pathsOf(tree)).toEqual(['new/deep/4', 'z/2', 'z/b/1'].map((path) => `etc/rules/${path}`));
    expect(tree.root).toBe((await (await openNode({ root: node.root })).scan()).tree.root);
  });

  it('sees a directory that was replaced by another of the same name', async () => {
    const node = await openNode();
    put(node.root, 'etc/rules/a/b/1');
    put(node.root, 'etc/rules/other/b/2');
    await node.scan();
    const rules = join(node.root, 'etc/rules');
    fs.renameSync(join(rules, 'a'), join(node.root, 'a'));
    fs.renameSync(join(rules, 'other'), join(rules, 'a'));
    expect(pathsOf((await node.scan(new Set(['etc/rules']))).tree)).toEqual(['etc/rules/a/b/2']);
  });

  it('keeps empty directories and leaves out those that hold only what is not synchronised', async () => {
    const node = await openNode();
    fs.mkdirSync(join(node.root, 'etc/rules/empty/below'), { recursive: true });
    put(node.root, 'etc/rules/excluded/ar.conf');
    expect([...(await node.scan()).tree.directories.keys()]).toEqual(['etc/rules/empty/below']);
  });

  it('names staged files of a run that ended', async () => {
    const node = await openNode();
    put(node.root, 'etc/rules/d/.muster-0123456789abcdef-a1.tmp');
    put(node.root, 'etc/rules/d/.muster-mine.tmp');
    expect((await node.scan()).leftovers).toEqual(['etc/rules/d/.muster-0123456789abcdef-a1.tmp']);
  });
});

describe('what cannot be synchronised', () => {
  const codes = async (node: Awaited<ReturnType<typeof openNode>>) =>
    (await node.scan()).problems.map(({ path, effect, code }) => `${effect} ${code} ${path}`).sort();

  it('is held: too large by one byte, not UTF-8, unsafe', async () => {
    const node = await openNode({ maxFileBytes: 10 });
    put(node.root, 'etc/rules/fits', 'x'.repeat(10));
    put(node.root, 'etc/rules/large', 'x'.repeat(11));
    put(node.root, 'etc/rules/back\\slash');
    put(node.root, 'etc/rules/new\nline');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${node.root}/etc/rules/`), Buffer.from([0x61, 0xff, 0x62])]), 'x');
    fs.writeFileSync(join(node.root, 'etc/rules/\uFFFD'), 'x');
    expect(await codes(node)).toEqual([
      'held not-utf8 etc/rules/a\\xffb',
      'held too-large etc/rules/large',
      'held unsafe-name etc/rules/back\\slash',
      'held unsafe-name etc/rules/new\nline',
    ]);
    const { tree } = await node.scan();
    expect(pathsOf(tree)).toEqual(['etc/rules/fits', 'etc/rules/\uFFFD']);
    expect(tree.held.size).toBe(4);
  });

  it('is held: a symlink that leads out; one that stays inside is read through', async () => {
    const node = await openNode({ wallNow: Date.now });
    put(node.root, 'etc/rules/real', 'content');
    put(node.root, 'etc/ossec.conf', 'secret');
    put(node.root, 'etc/rules/dir/f');
    const rules = join(node.root, 'etc/rules');
    fs.symlinkSync('real', join(rules, 'inside'));
    fs.symlinkSync('/etc/passwd', join(rules, 'passwd'));
    fs.symlinkSync('nowhere', join(rules, 'dangling'));
    fs.symlinkSync('loop', join(rules, 'loop'));
    fs.symlinkSync('dir', join(rules, 'dirlink'));
    fs.symlinkSync('ossec.conf', join(node.root, 'etc/client.keys'));
    const { tree, problems } = await node.scan();
    expect(pathsOf(tree)).toEqual(['etc/rules/dir/f', 'etc/rules/inside', 'etc/rules/real']);
    const files = tree.directories.get('etc/rules')!.files;
    expect(files.get('inside')).toEqual(files.get('real'));
    expect(problems.map(({ path }) => path)).toEqual([
      'etc/client.keys',
      ...['dangling', 'dirlink', 'loop', 'passwd'].map((name) => `etc/rules/${name}`),
    ]);
    put(node.root, 'etc/rules/real', 'changed');
    const again = (await node.scan(new Set(['etc/rules']))).tree.directories.get('etc/rules')!.files;
    expect(again.get('inside')).toEqual(again.get('real'));
    expect(again.get('inside')).not.toEqual(files.get('inside'));
  });

  it('is nothing: FIFOs, sockets and devices are passed by without waiting', async () => {
    const node = await openNode();
    execFileSync('mkfifo', [join(node.root, 'etc/rules/fifo')]);
    expect(await node.scan()).toMatchObject({ problems: [], hashed: 0 });
    const digested = await disk.digest([join(node.root, 'etc/rules/fifo')], forever);
    expect(digested).toMatchObject([{ ok: false, failure: { code: 'NOT_A_FILE' } }]);
  });

  it('blocks: a configured directory that held files and is gone; not one that never was', async () => {
    const node = await openNode();
    put(node.root, 'etc/rules/a');
    fs.rmSync(join(node.root, 'etc/lists'), { recursive: true });
    expect(await codes(node)).toEqual([]);
    await node.scanner.save();
    fs.renameSync(join(node.root, 'etc/rules'), join(node.root, 'moved'));
    expect(await codes(node)).toEqual(['blocking missing-directory etc/rules']);
    expect(await codes(await openNode({ root: node.root }))).toEqual(['blocking missing-directory etc/rules']);
    expect(await codes(await openNode({ root: node.root, mode: 'worker' }))).toEqual([]);
    fs.renameSync(join(node.root, 'moved'), join(node.root, 'etc/rules'));
    expect(await codes(node)).toEqual([]);
    expect(pathsOf(node.tree())).toEqual(['etc/rules/a']);
  });

  it.each([
    ['list', 'etc/rules/sub', 'blocking unreadable-directory etc/rules/sub'],
    ['list', 'etc/rules', 'blocking unreadable-directory etc/rules'],
    ['digest', 'etc/rules/sub/f', 'blocking unreadable-file etc/rules/sub/f'],
  ] as const)('blocks: %s of %s is refused', async (call, path, expected) => {
    const root = newRoot();
    put(root, 'etc/rules/sub/f');
    let refuse = true;
    const node = await openNode({ root, on: refusing(call, join(root, path), () => refuse) });
    expect(await codes(node)).toEqual([expected]);
    refuse = false;
    expect(await codes(node)).toEqual([]);
    expect(pathsOf(node.tree())).toEqual(['etc/rules/sub/f']);
    refuse = true;
    put(root, 'etc/rules/sub/f', 'changed');
    expect(await codes(node)).toEqual([expected]);
  });

  it('blocks: a file that changes whenever it is read', async () => {
    const root = newRoot();
    put(root, 'etc/rules/f');
    const node = await openNode({ root, on: refusing('digest', join(root, 'etc/rules/f'), () => true, 'CHANGED') });
    expect(await codes(node)).toEqual(['blocking changing etc/rules/f']);
  });

  it('blocks: more files than allowed, by one', async () => {
    const node = await openNode({ maxFiles: 2 });
    put(node.root, 'etc/rules/a');
    put(node.root, 'etc/rules/b');
    expect(await codes(node)).toEqual([]);
    put(node.root, 'etc/rules/c');
    expect(await codes(node)).toEqual(['blocking too-many-files ']);
  });

  it('is no problem: a file that vanishes between listing and reading', async () => {
    const root = newRoot();
    put(root, 'etc/rules/f');
    const node = await openNode({ root, on: refusing('digest', join(root, 'etc/rules/f'), () => true, 'ENOENT') });
    expect(await codes(node)).toEqual([]);
    expect(node.tree().files).toBe(0);
  });

  it('rejects when aborted, and the next scan is whole', async () => {
    const node = await openNode();
    for (let i = 0; i < 20; i++) put(node.root, `etc/rules/${i}`);
    const abort = new AbortController();
    const scan = node.scanner.scan('all', abort.signal);
    abort.abort(new Error('stop'));
    await expect(scan).rejects.toThrow('stop');
    expect((await node.scan()).tree.files).toBe(20);
  });
});

/** The real disk, except that one call of one path fails while `when` says so. */
function refusing(call: 'list' | 'digest', path: string, when: () => boolean, code = 'EACCES'): Disk {
  const fail = <T>(at: string, answer: T) =>
    at === path && when() ? { ok: false as const, directory: at, path: at, failure: { code, path: at } } : answer;
  if (call === 'list')
    return { ...disk, list: async (all) => (await disk.list(all)).map((one) => fail(one.directory, one)) };
  return { ...disk, digest: async (all, signal) => (await disk.digest(all, signal)).map((one) => fail(one.path, one)) };
}
