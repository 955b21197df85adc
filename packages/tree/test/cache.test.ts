/** What the digest cache says must survive what it survives: a loss of power. */
import { rmSync } from 'node:fs';
import { type Disk, DiskError } from '../src/index.ts';
import { cleanUp, disk, newRoot, openNode, put } from './rig.ts';

afterAll(cleanUp);

/** A master on a real disk whose wall clock is `aheadMs` ahead, and what it made durable and wrote, in order. */
async function recorded(aheadMs: number, fails: () => boolean = () => false) {
  const calls: string[] = [];
  const root = newRoot();
  const on: Disk = {
    ...disk,
    sync: async (files, directories) => {
      calls.push(`sync ${[...files, ...directories].map((path) => path.slice(root.length + 1)).join(' ')}`);
      if (fails()) throw new Error('EIO');
      await disk.sync(files, directories);
    },
    replace: async (path, bytes, mode) => {
      calls.push(`write ${path.slice(root.length + 1)}`);
      await disk.replace(path, bytes, mode);
    },
  };
  const node = await openNode({ root, on, wallNow: () => Date.now() + aheadMs });
  return { root, calls, node };
}

describe('the digest cache', () => {
  it('names a file that was written just now only when that is durable', async () => {
    const { root, calls, node } = await recorded(10_000);
    put(root, 'etc/rules/one.xml');
    put(root, 'etc/shared/group/agent.conf');
    await node.scan();
    await node.scanner.save();
    expect(calls).toEqual([
      'sync etc/rules/one.xml etc/shared/group/agent.conf etc/rules etc/shared/group',
      'write queue/cluster/digests',
    ]);
  });

  it('asks for nothing of files that the system has written back long ago', async () => {
    const { root, calls, node } = await recorded(130_000);
    put(root, 'etc/rules/one.xml');
    await node.scan();
    await node.scanner.save();
    expect(calls).toEqual(['write queue/cluster/digests']);
  });

  it('asks for nothing of a file so fresh that it is read again anyway', async () => {
    const { root, calls, node } = await recorded(-1_000);
    put(root, 'etc/rules/one.xml');
    await node.scan();
    await node.scanner.save();
    expect(calls).toEqual(['write queue/cluster/digests']);
  });

  it('is not written when that cannot be made durable, and is the next time', async () => {
    let broken = true;
    const { root, calls, node } = await recorded(10_000, () => broken);
    put(root, 'etc/rules/one.xml');
    await node.scan();
    await node.scanner.save();
    expect(calls).toEqual(['sync etc/rules/one.xml etc/rules']);
    broken = false;
    await node.scanner.save();
    expect(calls.slice(1)).toEqual(['sync etc/rules/one.xml etc/rules', 'write queue/cluster/digests']);
  });
});

it('a directory that went while nobody looked is forgotten, and cannot fail to be listed for ever', async () => {
  const first = await openNode();
  put(first.root, 'etc/shared/group/agent.conf');
  put(first.root, 'etc/shared/other/agent.conf');
  await first.scan();
  await first.scanner.save();
  rmSync(`${first.root}/etc/shared/group`, { recursive: true });
  let broken = false;
  const list: Disk['list'] = async (directories) => {
    if (!broken) return disk.list(directories);
    return directories.map((path) => ({ ok: false, directory: path, failure: { code: 'EIO', path } }));
  };
  const second = await openNode({ root: first.root, on: { ...disk, list } });
  await second.scan();
  broken = true;
  const seen = (await second.scan(new Set(['etc/shared']))).problems.map(({ path }) => path);
  expect(seen).toEqual(['etc/shared']);
  broken = false;
  expect((await second.scan()).problems).toEqual([]);
});

describe('a digest cache that cannot be read at the start', () => {
  /** A node whose cache says that etc/rules held a file, started anew without etc/rules; its cache fails with `code`. */
  async function restarted(mode: 'master' | 'worker', code: string) {
    const first = await openNode({ mode });
    put(first.root, 'etc/rules/one.xml');
    await first.scan();
    await first.scanner.save();
    rmSync(`${first.root}/etc/rules`, { recursive: true });
    const fault: { code: string | undefined } = { code };
    const read: Disk['read'] = (path, maxBytes) =>
      fault.code === undefined ? disk.read(path, maxBytes) : Promise.reject(new DiskError(fault.code, path));
    return { fault, node: await openNode({ mode, root: first.root, on: { ...disk, read } }) };
  }

  it.each(['EIO', 'EACCES', 'EMFILE'])(
    'for %s is read by a scan: what is gone must not look as if it never was',
    async (code) => {
      const { fault, node } = await restarted('master', code);
      await expect(node.scan()).rejects.toMatchObject({ code, message: expect.stringContaining('remove it') });
      fault.code = undefined;
      const { problems } = await node.scan();
      expect(problems).toMatchObject([{ path: 'etc/rules', effect: 'blocking', code: 'missing-directory' }]);
    },
  );

  it.each(['NOT_A_FILE', 'TOO_LARGE', 'ELOOP'])('for it is none of ours (%s) is none', async (code) => {
    const { node } = await restarted('master', code);
    expect((await node.scan()).problems).toEqual([]);
  });

  it('is not missed by a worker, whose files are the master’s to judge', async () => {
    const { node } = await restarted('worker', 'EIO');
    expect((await node.scan()).problems).toEqual([]);
  });
});
