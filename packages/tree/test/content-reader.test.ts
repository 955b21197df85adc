import * as fs from 'node:fs';
import { join } from 'node:path';
import { entriesOf, type FileEntry } from '@muster/protocol';
import { cleanUp, forever, type Node, onDisk, openNode, put, replicate } from './rig.ts';

afterAll(cleanUp);

/** What the node serves of `wanted`: the bytes, or `undefined` for what is missing. */
async function served(node: Node, wanted: readonly FileEntry[]): Promise<(Buffer | undefined)[]> {
  const got: (Buffer | undefined)[] = wanted.map(() => undefined);
  let at = 0;
  await node.source.fetch(
    wanted,
    {
      begin: (index) => {
        at = index;
        got[index] = Buffer.alloc(0);
      },
      write: (bytes) => {
        got[at] = Buffer.concat([got[at]!, bytes]);
        return Promise.resolve();
      },
      missing: () => {},
    },
    forever,
  );
  return got;
}

const patterned = (size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) % 256));

describe('the content reader', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_000_000])(
    'serves a file of %i bytes, whole',
    async (size) => {
      const node = await openNode();
      put(node.root, 'etc/rules/f', patterned(size));
      const { tree } = await node.scan();
      const entries = [...entriesOf(tree)].map(([, entry]) => entry);
      const [bytes] = await served(node, entries);
      expect(bytes?.equals(patterned(size))).toBe(true);
    },
  );

  it.each([10, 100_000])(
    'serves what the scan reads through a symlink, wherever in the table entry (%i bytes)',
    async (size) => {
      const [master, worker] = [await openNode(), await openNode({ mode: 'worker' })];
      put(master.root, 'etc/rules/deep/er/real', patterned(size));
      put(master.root, 'etc/rules/other/f');
      fs.symlinkSync('../deep/er/real', join(master.root, 'etc/rules/other/link'));
      fs.symlinkSync('deep/er/real', join(master.root, 'etc/rules/down'));
      await master.scan();
      expect((await replicate(master, worker)).result).toMatchObject({ written: 4, failures: [], missing: [] });
      expect((await worker.scan()).tree.root).toBe(master.tree().root);
      expect(fs.readFileSync(join(worker.root, 'etc/rules/other/link')).equals(patterned(size))).toBe(true);
    },
  );

  it.each([10, 100_000])('does not serve what a symlink leads to once it leads out (%i bytes)', async (size) => {
    const node = await openNode();
    put(node.root, 'etc/rules/z/real', patterned(size));
    fs.mkdirSync(join(node.root, 'etc/rules/a'));
    fs.symlinkSync('../z/real', join(node.root, 'etc/rules/a/link'));
    const { tree } = await node.scan();
    const entries = [...entriesOf(tree)].map(([, entry]) => entry);
    expect((await served(node, entries)).map((one) => one?.length)).toEqual([size, size]);
    put(node.root, 'secret', patterned(size));
    for (const path of ['a/link', 'z/real']) {
      fs.rmSync(join(node.root, 'etc/rules', path));
      fs.symlinkSync(join(node.root, 'secret'), join(node.root, 'etc/rules', path));
    }
    expect(await served(node, entries)).toEqual([undefined, undefined]);
  });

  it('says missing of what is gone, shorter, longer, or a directory by now', async () => {
    const node = await openNode();
    for (const name of ['gone', 'shorter', 'longer', 'directory', 'fine'])
      for (const size of [500, 100_000]) put(node.root, `etc/rules/${name}${size}`, `${name}${'x'.repeat(size)}`);
    const { tree } = await node.scan();
    for (const size of [500, 100_000]) {
      const at = (name: string): string => join(node.root, `etc/rules/${name}${size}`);
      fs.rmSync(at('gone'));
      fs.writeFileSync(at('shorter'), 'x');
      fs.appendFileSync(at('longer'), 'x');
      fs.rmSync(at('directory'));
      fs.mkdirSync(at('directory'));
    }
    const entries = [...entriesOf(tree)];
    const got = await served(
      node,
      entries.map(([, entry]) => entry),
    );
    expect(entries.filter((_, index) => got[index] !== undefined).map(([path]) => path)).toEqual([
      'etc/rules/fine100000',
      'etc/rules/fine500',
    ]);
  });

  it('finds the other of two equal files when one is gone', async () => {
    const node = await openNode();
    for (const name of ['a', 'b', 'sub/c']) put(node.root, `etc/rules/${name}`, 'same');
    const { tree } = await node.scan();
    const [[, entry]] = [...entriesOf(tree)] as [[string, FileEntry]];
    for (const name of ['sub/c', 'b']) {
      fs.rmSync(join(node.root, 'etc/rules', name));
      await node.scan();
      expect(await served(node, [entry])).toEqual([Buffer.from('same')]);
    }
    expect(onDisk(node.root, 'etc/rules')).toEqual(['etc/rules/a', 'etc/rules/sub/']);
  });
});
