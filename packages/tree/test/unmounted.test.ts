import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../src/index.ts';
import { cleanUp, disk, type Node, openNode, pathsOf, put } from './rig.ts';

afterAll(cleanUp);

const devices = { moved: false };
/** The real disk, on which directories themselves lie on another device while `moved`. */
const movable: Disk = {
  ...disk,
  stat: async (paths) =>
    (await disk.stat(paths)).map((stat) =>
      'device' in stat && stat.kind === 'directory' && devices.moved ? { ...stat, device: stat.device + 1n } : stat,
    ),
};

/** A master that had two files in etc/rules, which look unmounted now. */
async function unmountedNode(): Promise<Node> {
  devices.moved = false;
  const node = await openNode({ on: movable });
  put(node.root, 'etc/rules/a');
  put(node.root, 'etc/rules/deep/b');
  await node.scan();
  fs.renameSync(join(node.root, 'etc/rules'), join(node.root, 'away'));
  fs.mkdirSync(join(node.root, 'etc/rules'));
  devices.moved = true;
  return node;
}

const problem = {
  path: 'etc/rules',
  effect: 'blocking',
  code: 'missing-directory',
  text:
    'nothing in it is synchronised, and it lies on another device than the 2 files it had: ' +
    'is its file system not mounted? Mount it; if it is meant, put a file into it that is synchronised',
};

describe('a table directory that is empty, on another device than its files were', () => {
  it.each<[string, ReadonlySet<string> | 'all']>([
    ['all is scanned', 'all'],
    ['it is', new Set(['etc/rules'])],
    ['it and what was below it are', new Set(['etc/rules/deep', 'etc/rules'])],
  ])('blocks a master whenever %s, and keeps what was known', async (_title, dirty) => {
    const node = await unmountedNode();
    for (let scans = 0; scans < 2; scans++) {
      expect((await node.scan(dirty)).problems).toEqual([problem]);
      expect(pathsOf(node.tree())).toEqual(['etc/rules/a', 'etc/rules/deep/b']);
    }
  });

  it('still blocks after a restart', async () => {
    const node = await unmountedNode();
    await node.scan();
    await node.scanner.save();
    for (let starts = 0; starts < 2; starts++) {
      const restarted = await openNode({ root: node.root, on: movable });
      expect((await restarted.scan()).problems).toEqual([problem]);
      await restarted.scanner.save();
    }
  });

  it('still blocks when somebody writes what is not synchronised where the path leads now', async () => {
    const node = await unmountedNode();
    await node.scan();
    put(node.root, 'etc/rules/ar.conf');
    put(node.root, 'etc/rules/.swap.tmp');
    for (let scans = 0; scans < 2; scans++) {
      expect((await node.scan()).problems).toEqual([problem]);
      expect(pathsOf(node.tree())).toEqual(['etc/rules/a', 'etc/rules/deep/b']);
    }
  });

  it('blocks no more once it is mounted again, with nothing read anew', async () => {
    const node = await unmountedNode();
    await node.scan();
    fs.rmdirSync(join(node.root, 'etc/rules'));
    fs.renameSync(join(node.root, 'away'), join(node.root, 'etc/rules'));
    devices.moved = false;
    expect(await node.scan(new Set())).toMatchObject({ problems: [], hashed: 0 });
    expect(pathsOf(node.tree())).toEqual(['etc/rules/a', 'etc/rules/deep/b']);
  });

  it('is taken for what it is once a file that is synchronised is in it', async () => {
    const node = await unmountedNode();
    await node.scan();
    put(node.root, 'etc/rules/new');
    expect((await node.scan(new Set(['etc/rules']))).problems).toEqual([]);
    expect(pathsOf(node.tree())).toEqual(['etc/rules/new']);
  });

  it('is no problem of a worker, nor where it held nothing', async () => {
    const node = await unmountedNode();
    await node.scanner.save();
    const worker = await openNode({ root: node.root, on: movable, mode: 'worker' });
    expect((await worker.scan()).problems).toEqual([]);
    expect((await node.scan()).problems.map(({ path }) => path)).toEqual(['etc/rules']);
  });

  it('is empty because it was emptied when the device is the same', async () => {
    const node = await unmountedNode();
    devices.moved = false;
    expect((await node.scan()).problems).toEqual([]);
    expect(pathsOf(node.tree())).toEqual([]);
  });
});

it('a directory of which a part was to be listed just when its file system went keeps that part too', async () => {
  const node = await unmountedNode();
  expect((await node.scan(new Set(['etc/rules/deep']))).problems).toEqual([problem]);
  expect(pathsOf(node.tree())).toEqual(['etc/rules/a', 'etc/rules/deep/b']);
});
