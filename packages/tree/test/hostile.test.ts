import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '../src/index.ts';
import { cleanUp, disk, forever, type Node, newRoot, onDisk, openNode, pathsOf, put, replicate } from './rig.ts';

afterAll(cleanUp);

const open = async (): Promise<readonly [master: Node, worker: Node]> => [
  await openNode(),
  await openNode({ mode: 'worker' }),
];

const problemsOf = async (node: Node): Promise<string[]> =>
  (await node.scan()).problems.map(({ effect, code, path }) => `${effect} ${code} ${path}`).sort();

async function expectConverged(master: Node, worker: Node): Promise<void> {
  expect((await replicate(master, worker)).result).toMatchObject({ failures: [], missing: [] });
  expect((await worker.scan()).tree.root).toBe(master.tree().root);
  expect(onDisk(worker.root, 'etc/rules')).toEqual(onDisk(master.root, 'etc/rules'));
}

describe('names', () => {
  it('that mislead shells, globs, options, digests or normalisation are only names', async () => {
    const [master, worker] = await open();
    const names = [
      '-rf',
      '*',
      '$(id)',
      '..x',
      'x..',
      '...',
      ' lead',
      'trail ',
      'a b',
      "quote'",
      '"',
      '%2e%2e',
      '#',
      '&',
    ];
    const more = ['\u2028', '\u202Ex', '\u{1F600}', 'e\u0301', '\u00E9', 'x'.repeat(255), 'constructor', '__proto__'];
    for (const [index, name] of [...names, ...more].entries())
      put(master.root, `etc/rules/${name}`, `content ${index}`);
    put(master.root, 'etc/rules/__proto__d/toString/__proto__', 'deep');
    await expectConverged(master, worker);
    expect(fs.readFileSync(join(worker.root, 'etc/rules/__proto__'), 'utf8')).toBe(`content ${names.length + 7}`);
  });

  it('with separators of any sort are held, and their neighbours go on', async () => {
    const [master, worker] = await open();
    for (const name of ['new\nline', 'tab\t', 'esc\u001B[2J', 'back\\slash', 'c1\u0085', 'del\u007F', 'fine'])
      put(master.root, `etc/rules/${name}`);
    put(master.root, 'etc/rules/dir\nline/f');
    expect((await problemsOf(master)).length).toBe(7);
    expect((await replicate(master, worker)).result).toMatchObject({ written: 1, failures: [] });
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/fine']);
  });

  it('of directories that are not UTF-8 are held with all below, on master and worker', async () => {
    const [master, worker] = await open();
    for (const { root } of [master, worker]) {
      const directory = Buffer.concat([Buffer.from(`${root}/etc/rules/d`), Buffer.from([0xff])]);
      fs.mkdirSync(directory);
      fs.writeFileSync(Buffer.concat([directory, Buffer.from('/f')]), root);
    }
    put(master.root, 'etc/rules/fine');
    expect(await problemsOf(master)).toEqual(['held not-utf8 etc/rules/d\\xff']);
    expect((await replicate(master, worker)).result).toMatchObject({ written: 1, removed: 0, failures: [] });
    expect(fs.readdirSync(join(worker.root, 'etc/rules'), 'buffer')).toHaveLength(2);
  });

  it('that are deep go on for 200 levels; a path too long for any system is held, not blocking', async () => {
    const [master, worker] = await open();
    put(master.root, `etc/rules/${'d/'.repeat(200)}f`, 'deep');
    // Deeper than a path can say: made step by step.
    const before = process.cwd();
    process.chdir(join(master.root, 'etc/rules'));
    try {
      for (let level = 0; level < 20; level++) {
        fs.mkdirSync('n'.repeat(250));
        process.chdir('n'.repeat(250));
        fs.writeFileSync('f', `level ${level}`);
      }
    } finally {
      process.chdir(before);
    }
    const problems = await problemsOf(master);
    expect(problems.map((problem) => problem.slice(0, 'held unsafe-name'.length))).toEqual(['held unsafe-name']);
    expect((await replicate(master, worker)).result.failures).toEqual([]);
    expect((await worker.scan()).tree.files).toBe(master.tree().files);
    expect(fs.readFileSync(join(worker.root, `etc/rules/${'d/'.repeat(200)}f`), 'utf8')).toBe('deep');
    for (const { root } of [master, worker]) spawnSync('rm', ['-rf', join(root, 'etc/rules')]);
  });
});

describe('what stands in the way', () => {
  it('of a held path: a directory on the worker where the master has a file that is too large', async () => {
    const master = await openNode({ maxFileBytes: 10 });
    const worker = await openNode({ mode: 'worker', maxFileBytes: 10 });
    put(master.root, 'etc/rules/x', 'larger than ten bytes');
    put(worker.root, 'etc/rules/x/f', 'small');
    expect((await replicate(master, worker)).result).toMatchObject({ failures: [], removed: 1 });
    expect((await replicate(master, worker)).plan.changes).toMatchObject({
      put: [],
      remove: [],
      removeDirectories: [],
    });
    expect(onDisk(worker.root, 'etc/rules')).toEqual(['etc/rules/x/']);
  });

  it('a file that is too large on the worker is replaced by the small one of the master', async () => {
    const [master, worker] = [await openNode(), await openNode({ mode: 'worker', maxFileBytes: 10 })];
    put(master.root, 'etc/rules/x', 'small');
    put(worker.root, 'etc/rules/x', 'larger than ten bytes');
    expect(await problemsOf(worker)).toEqual(['held too-large etc/rules/x']);
    await expectConverged(master, worker);
  });

  it('a symlink on the worker is replaced by the file, and what it led to stays as it was', async () => {
    const [master, worker] = await open();
    put(master.root, 'etc/rules/x', 'new');
    put(worker.root, 'secret', 'not ours');
    fs.symlinkSync(join(worker.root, 'secret'), join(worker.root, 'etc/rules/x'));
    await expectConverged(master, worker);
    expect(fs.lstatSync(join(worker.root, 'etc/rules/x')).isFile()).toBe(true);
    expect(fs.readFileSync(join(worker.root, 'secret'), 'utf8')).toBe('not ours');
  });

  it('a hard link is never written through', async () => {
    const [master, worker] = await open();
    put(master.root, 'etc/rules/a', 'shared');
    fs.linkSync(join(master.root, 'etc/rules/a'), join(master.root, 'etc/rules/b'));
    put(worker.root, 'secret', 'not ours');
    fs.linkSync(join(worker.root, 'secret'), join(worker.root, 'etc/rules/a'));
    fs.linkSync(join(worker.root, 'secret'), join(worker.root, 'etc/rules/gone'));
    await expectConverged(master, worker);
    expect(fs.readFileSync(join(worker.root, 'secret'), 'utf8')).toBe('not ours');
    fs.writeFileSync(join(worker.root, 'etc/rules/a'), 'edited');
    expect(fs.readFileSync(join(worker.root, 'etc/rules/b'), 'utf8')).toBe('shared');
  });

  it('a write through one name of a hard link is seen under the other', async () => {
    const node = await openNode({ wallNow: Date.now });
    put(node.root, 'etc/rules/a', 'one');
    fs.linkSync(join(node.root, 'etc/rules/a'), join(node.root, 'etc/lists/b'));
    const before = (await node.scan()).tree;
    fs.writeFileSync(join(node.root, 'etc/rules/a'), 'two');
    const { files } = (await node.scan()).tree.directories.get('etc/lists')!;
    expect(files.get('b')).not.toEqual(before.directories.get('etc/lists')!.files.get('b'));
  });
});

describe('many', () => {
  it('files: 10,000 in one transaction, and away again', async () => {
    const [master, worker] = await open();
    for (let i = 0; i < 10_000; i++) put(master.root, `etc/rules/d${i % 50}/f${i}`, `rule ${i}`);
    await expectConverged(master, worker);
    fs.rmSync(join(master.root, 'etc/rules'), { recursive: true });
    fs.mkdirSync(join(master.root, 'etc/rules'));
    const emptied = await openNode({ root: master.root });
    expect((await replicate(emptied, worker)).result).toMatchObject({ removed: 10_000, failures: [] });
    expect(onDisk(worker.root, 'etc/rules')).toEqual([]);
  });

  it('files are synced where there is no sync command', async () => {
    const path = process.env.PATH;
    process.env.PATH = newRoot();
    const poor = nodeDisk({ fewFiles: 2 });
    try {
      const [master, worker] = [await openNode(), await openNode({ mode: 'worker', on: poor })];
      for (let i = 0; i < 20; i++) put(master.root, `etc/rules/d${i % 3}/f${i}`);
      await expectConverged(master, worker);
    } finally {
      process.env.PATH = path;
      await poor.close();
    }
  });
});

describe('a writer at work', () => {
  let writer: ChildProcess | undefined;
  afterEach(() => writer?.kill('SIGKILL'));

  it('never gets half of a file taken for the whole: a digest is of one state, or CHANGED', async () => {
    const root = newRoot();
    const file = join(root, 'etc/rules/f');
    const program = `const fs=require('fs');let n=0;for(;;){const fd=fs.openSync(${JSON.stringify(file)},'w');
      const c=Buffer.alloc(1<<20,'abcdefghij'[n++%10]);for(let i=0;i<8;i++)fs.writeSync(fd,c);fs.closeSync(fd);
      if(n===1)process.stdout.write('on')}`;
    writer = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => writer!.stdout!.once('data', resolve));
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const [one] = await disk.digest([file], forever);
      if (one?.ok === true) expect(one.stat.size % (1 << 20)).toBe(0);
      seen.add(one!.ok ? 'whole' : one!.failure.code);
    }
    expect([...seen].every((what) => what === 'whole' || what === 'CHANGED')).toBe(true);
  });

  it('that never rests holds the master back with words, and is over when it rests', async () => {
    const node = await openNode({ wallNow: Date.now });
    const file = join(node.root, 'etc/rules/f');
    put(node.root, 'etc/rules/f', Buffer.alloc(1 << 20));
    const program = `const fs=require('fs');const fd=fs.openSync(${JSON.stringify(file)},'r+');process.stdout.write('on');
      for(let n=0;;n++)fs.writeSync(fd,Buffer.from([n]),0,1,0)`;
    writer = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => writer!.stdout!.once('data', resolve));
    const codes = new Set<string>();
    for (let i = 0; i < 10; i++) for (const problem of await problemsOf(node)) codes.add(problem);
    expect([...codes].every((code) => code === 'blocking changing etc/rules/f')).toBe(true);
    const ended = new Promise((resolve) => writer!.once('exit', resolve));
    writer.kill('SIGKILL');
    await ended;
    expect(await problemsOf(node)).toEqual([]);
    expect(pathsOf(node.tree())).toEqual(['etc/rules/f']);
  });
});
