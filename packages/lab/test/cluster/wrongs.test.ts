/** What today's daemon gets wrong (`reference/engine.md`, its end), and what else a file or a name may be. */
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, muster, openCluster, until } from '@muster/lab/testing';
import { layFiles, rulesetFiles } from './ruleset-tree.ts';

const limitBytes = 8 * 1024 * 1024;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('a cluster of two workers', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await openCluster({
      ...{
        workers: 2,
        empty: true,
        musterYaml: `integrity:
  max_file_size: ${limitBytes}
`,
      },
      // Enough files that a few deletions are none of the guard's business.
      prepare: ({ role, root }) => (role === 'master' ? layFiles(root, rulesetFiles()) : undefined),
    });
    for (const node of cluster.nodes) node.start();
    await cluster.inSync();
  });

  afterAll(() => cluster.close());

  const onMaster = (path: string): string => join(cluster.master.root, path);
  const everywhere = (path: string, bytes: Buffer | string): Promise<void> =>
    until(`${path} is everywhere`, () => cluster.workers.every(({ root }) => isHeld(join(root, path), bytes)));

  it('syncs a change that keeps mtime and size', async () => {
    const path = 'etc/rules/kept-mtime.xml';
    fs.writeFileSync(onMaster(path), 'before');
    const { atime, mtime } = fs.statSync(onMaster(path));
    await everywhere(path, 'before');
    fs.writeFileSync(onMaster(path), 'behind');
    fs.utimesSync(onMaster(path), atime, mtime);
    await everywhere(path, 'behind');
  });

  it('syncs a backup that cp -p restores, older than what it replaces', async () => {
    const [path, backup] = ['etc/rules/restored.xml', join(cluster.folder, 'backup')];
    fs.writeFileSync(backup, 'of old');
    fs.utimesSync(backup, 1_000_000_000, 1_000_000_000);
    execFileSync('cp', ['-p', backup, onMaster(path)]);
    await everywhere(path, 'of old');
    fs.writeFileSync(onMaster(path), 'edited');
    await everywhere(path, 'edited');
    execFileSync('cp', ['-p', backup, onMaster(path)]);
    await everywhere(path, 'of old');
    fs.writeFileSync(backup, 'OF OLD');
    fs.utimesSync(backup, 1_000_000_000, 1_000_000_000);
    execFileSync('cp', ['-p', backup, onMaster(path)]);
    await everywhere(path, 'OF OLD');
  });

  it('repairs a change on a worker that keeps mtime and size', async () => {
    const path = 'etc/rules/damaged.xml';
    fs.writeFileSync(onMaster(path), 'right');
    await everywhere(path, 'right');
    const there = join(cluster.workers[0]!.root, path);
    const { atime, mtime } = fs.statSync(there);
    fs.writeFileSync(there, 'WRONG');
    fs.utimesSync(there, atime, mtime);
    await everywhere(path, 'right');
  });

  it.each([
    ['holds .merged', 'agents.merged'],
    ['is .merged', '.merged'],
    ['holds a blank', 'two words.xml'],
    ['holds quotes', `it's "quoted".xml`],
    ['holds what shells expand', '$(rm -rf *) `x` & ; | < > ? * [a] {b} ~c.xml'],
    ['begins with a dash', '--root'],
    ['is not ASCII', 'Règles für Öfen 窯 🔥.xml'],
    ['is decomposed', 'cafe\u0301.xml'],
    ['holds a percent sign', '100%25.xml'],
    ['is __proto__', '__proto__'],
    ['is as long as the system takes', `${'n'.repeat(251)}.xml`],
    ['is as long, in characters of four bytes', '🔥'.repeat(63)],
  ])('syncs a file and a folder whose name %s, and deletes them', async (_title, name) => {
    const paths = [`etc/rules/${name}`, `etc/lists/${name}/${name}`];
    fs.mkdirSync(onMaster(`etc/lists/${name}`));
    for (const path of paths) fs.writeFileSync(onMaster(path), name);
    for (const path of paths) await everywhere(path, name);
    fs.rmSync(onMaster(`etc/rules/${name}`));
    fs.rmSync(onMaster(`etc/lists/${name}`), { recursive: true });
    const gone = (root: string): boolean =>
      !fs.existsSync(join(root, `etc/rules/${name}`)) && !fs.existsSync(join(root, `etc/lists/${name}`));
    await until(`${name} is gone`, () => cluster.workers.every(({ root }) => gone(root)));
  });

  it.each<[title: string, bytes: Buffer]>([
    ['is nothing', Buffer.alloc(0)],
    ['holds the separators of the archives of old', Buffer.from('|@@//@@|a|//@@//|b|!!**!!|@@//@@|')],
    ['is the separators alone', Buffer.from('|//@@//||@@//@@|')],
    ['is NULs', Buffer.alloc(70_000)],
    ['is not UTF-8', Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x0a])],
    [
      'is what the protocol itself writes',
      Buffer.from([0xc1, 0xd4, 0x72, 0x40, 0x00, 0x00, 0x00, 0xff, 0xde, 0xff, 0xff]),
    ],
    ['is 4 MiB of chance', randomFillSync(Buffer.alloc(4 * 1024 * 1024))],
    ['is as large as the limit', randomFillSync(Buffer.alloc(limitBytes))],
  ])('syncs content that %s', async (_title, bytes) => {
    const path = 'etc/lists/content';
    fs.writeFileSync(onMaster(path), bytes);
    await everywhere(path, bytes);
    const before = randomFillSync(Buffer.alloc(33));
    fs.writeFileSync(onMaster(path), before);
    await everywhere(path, before);
  });

  it('syncs a symlink to a file beside it as a file, and holds one that leads away', async () => {
    fs.writeFileSync(onMaster('etc/rules/target.xml'), 'linked');
    fs.symlinkSync('target.xml', onMaster('etc/rules/link.xml'));
    await everywhere('etc/rules/link.xml', 'linked');
    expect(fs.lstatSync(join(cluster.workers[0]!.root, 'etc/rules/link.xml')).isFile()).toBe(true);
    fs.symlinkSync('../ossec.conf', onMaster('etc/rules/away.xml'));
    fs.symlinkSync('/etc', onMaster('etc/lists/folder'));
    await expectHeld(cluster, 'etc/rules/away.xml', 'symlink-outside', /a symlink that leads to no synchronised file/);
    await expectHeld(cluster, 'etc/lists/folder', 'symlink-outside', /a symlink/);
    await expectMended(cluster, ['etc/rules/away.xml', 'etc/lists/folder']);
  });

  it.each<[title: string, path: string | Buffer, shown: string, code: string, text: RegExp, bytes: Buffer]>([
    [
      'with a name that is not UTF-8',
      latin1('etc/lists/caf\xe9'),
      'etc/lists/caf\\xe9',
      'not-utf8',
      /not UTF-8/,
      Buffer.from('x'),
    ],
    [
      'with a line break in its name',
      'etc/rules/two\nlines.xml',
      'etc/rules/two\nlines.xml',
      'unsafe-name',
      /control character/,
      Buffer.from('x'),
    ],
    [
      'with a backslash in its name',
      'etc/rules/back\\slash',
      'etc/rules/back\\slash',
      'unsafe-name',
      /backslash/,
      Buffer.from('x'),
    ],
    [
      'that is 1 byte over the limit',
      'etc/lists/large',
      'etc/lists/large',
      'too-large',
      /the limit is 8388608/,
      Buffer.alloc(limitBytes + 1),
    ],
  ])(
    'holds a file %s, says so, syncs all others, and says no more once it is mended',
    async (_title, path, shown, code, text, bytes) => {
      fs.writeFileSync(at(cluster.master, path), bytes);
      await expectHeld(cluster, shown, code, text);
      await expectMended(cluster, [path]);
    },
  );

  it('keeps on the workers a file that grew over the limit, and brings it up to date when it shrinks', async () => {
    const path = 'etc/lists/grows';
    fs.writeFileSync(onMaster(path), 'small');
    await everywhere(path, 'small');
    fs.truncateSync(onMaster(path), limitBytes + 1);
    await expectHeld(cluster, path, 'too-large', /the limit is/);
    for (const { root } of cluster.workers) expect(isHeld(join(root, path), 'small')).toBe(true);
    fs.writeFileSync(onMaster(path), 'small again');
    await everywhere(path, 'small again');
  });

  it('removes from a worker what only its own disk has, whatever its name', async () => {
    const { root } = cluster.workers[0]!;
    const names: readonly (string | Buffer)[] = [
      'agents.merged',
      'own\nlines',
      `${'n'.repeat(255)}`,
      latin1('own\xe9'),
    ];
    for (const name of names)
      fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/etc/rules/`), Buffer.from(name)]), 'own');
    await until('own files that can be named are gone', () => !fs.existsSync(join(root, 'etc/rules/agents.merged')));
    await until('long names too', () => !fs.existsSync(join(root, 'etc/rules', 'n'.repeat(255))));
    await until('the others are told of', async () => {
      const { problems } = await cluster.workers[0]!.ask((client) => client.health());
      return (
        problems
          .map(({ code }) => code)
          .sort()
          .join() === 'not-utf8,unsafe-name'
      );
    });
    const { text } = await muster(root, 'why', 'worker1');
    expect(text).toMatch(/Left out of the synchronisation: .*own/);
  });
});

const at = ({ root }: ClusterNode, path: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path)]);

function isHeld(path: string, bytes: Buffer | string): boolean {
  try {
    return fs.readFileSync(path).equals(Buffer.from(bytes));
  } catch {
    return false;
  }
}

/** The master's health and why name it, other files go on, and every worker is in sync. */
async function expectHeld(cluster: Cluster, path: string, code: string, text: RegExp): Promise<void> {
  const { master, workers } = cluster;
  const named = async (): Promise<boolean> => {
    const { problems } = await master.ask((client) => client.health());
    return problems.some(
      (one) => one.effect === 'held' && one.path === path && one.code === code && text.test(one.text),
    );
  };
  await until(`health names ${path}`, named);
  expect((await muster(master.root, 'why', 'master')).text).toMatch(text);
  const other = `etc/rules/other-${performance.now()}`;
  fs.writeFileSync(join(master.root, other), 'goes on');
  await until('other files go on', () => workers.every(({ root }) => isHeld(join(root, other), 'goes on')));
  await cluster.inSync();
}

/** Once the master's files at `paths` are gone, nobody names them any more. */
async function expectMended(cluster: Cluster, paths: readonly (string | Buffer)[]): Promise<void> {
  for (const path of paths) fs.rmSync(at(cluster.master, path));
  const named = async (): Promise<number> => (await cluster.master.ask((client) => client.health())).problems.length;
  await until('nothing is held', async () => (await named()) === 0);
  await cluster.inSync();
}
