import type { FileRow, FileTree, ManifestBlock } from '@muster/protocol';
import {
  applyChanges,
  changesOf,
  decodeEnvelope,
  decodeManifestBlock,
  deltaOf,
  digestBytes,
  digestHex,
  directoryNode,
  emptyTree,
  encodeEnvelope,
  encodeManifestBlock,
  exactChanges,
  fileTree,
  MAX_MANIFEST_BLOCK,
  MAX_MANIFEST_ROWS,
  manifestBlocks,
  manifestDecoder,
} from '@muster/protocol';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { digest, messages } from './samples.ts';
import { file, plain, tree, treeOf } from './trees.ts';

const id = { epoch: 3, generation: 42 };
const streamOf = (of: FileTree): Buffer => Buffer.concat([...manifestBlocks(of, id)]);

function decode(stream: Uint8Array, cut = 1_000, before?: FileTree) {
  const decoder = manifestDecoder(before);
  for (let at = 0; at < stream.length; at += cut) {
    const piece = Buffer.from(stream.subarray(at, at + cut));
    const violation = decoder.push(piece);
    piece.fill(0xff);
    if (violation !== undefined) return violation;
  }
  const result = decoder.end();
  return result.ok ? result.manifest : result.violation;
}

describe('a manifest stream', () => {
  it('carries any tree, however it is cut', () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 400 }), (sent, cut) => {
        const manifest = decode(streamOf(sent), cut);
        if (!('tree' in manifest)) throw new Error(manifest.text);
        expect(manifest.id).toEqual(id);
        expect(manifest.tree.root).toBe(sent.root);
        expect(plain(manifest.tree)).toEqual(plain(sent));
      }),
    );
  });

  it('of 20,000 files in two directories comes in blocks within the limit', () => {
    const files = (n: number) =>
      new Map(Array.from({ length: n }, (_, i) => [`${i}`.padStart(100, 'ü'), file('a', i)] as const));
    const sent = fileTree(
      new Map([
        ['a', directoryNode(files(15_000))],
        ['b', directoryNode(files(5_000))],
      ]),
    );
    const blocks = [...manifestBlocks(sent, id)];
    for (const block of blocks) expect(block.length).toBeLessThanOrEqual(MAX_MANIFEST_BLOCK + 4);
    const manifest = decode(Buffer.concat(blocks), 65_536);
    expect('tree' in manifest && manifest.tree.root).toBe(sent.root);
  });

  it('shares what is equal with the tree before', () => {
    const sent = treeOf({ etc: { a: file('a') }, var: { b: file('b') } });
    const before = treeOf({ etc: { a: file('a') }, var: { b: file('c') } });
    const manifest = decode(streamOf(sent), 1_000, before);
    expect('tree' in manifest && manifest.tree.directories.get('etc')).toBe(before.directories.get('etc'));
  });

  it('of nothing is a header', () => {
    const manifest = decode(streamOf(emptyTree));
    expect('tree' in manifest && manifest.tree.root).toBe(emptyTree.root);
  });

  it('shows how far it is', () => {
    const decoder = manifestDecoder();
    expect(decoder.progress()).toBeUndefined();
    decoder.push(streamOf(treeOf({ etc: { a: file('a') } })));
    expect(decoder.progress()).toEqual({ files: 1, of: 1 });
  });
});

const header = (counts: Partial<{ directories: number; held: number; files: number }> = {}): ManifestBlock => ({
  type: 'header',
  id,
  root: digestBytes(treeOf({ a: { x: file('a') } }).root),
  directories: 1,
  held: 0,
  files: 1,
  ...counts,
});
const directories = (...paths: string[]): ManifestBlock => ({ type: 'directories', paths });
const held = (...paths: string[]): ManifestBlock => ({ type: 'held', paths });
const files = (...paths: string[]): ManifestBlock => ({
  type: 'files',
  rows: paths.map((path): FileRow => [path, 1, digestBytes(file('a').digest)]),
});

const broken: readonly (readonly [string, readonly ManifestBlock[], string])[] = [
  ['without a header', [directories('a')], 'bad-manifest'],
  ['with two headers', [header(), header()], 'bad-manifest'],
  [
    'with directories after files',
    [header({ directories: 2 }), directories('a'), files('a/x'), directories('b')],
    'bad-manifest',
  ],
  ['with a directory twice', [header({ directories: 2 }), directories('a', 'a')], 'bad-manifest'],
  ['with directories out of order', [header({ directories: 2 }), directories('b'), directories('a')], 'bad-manifest'],
  ['with a held path twice', [header({ held: 2 }), directories('a'), held('b'), held('b')], 'bad-manifest'],
  ['with too many directories', [header(), directories('a', 'b')], 'bad-manifest'],
  ['with too many held paths', [header(), directories('a'), held('b')], 'bad-manifest'],
  ['with too many files', [header(), directories('a'), files('a/x', 'a/y')], 'bad-manifest'],
  ['with a file twice', [header({ files: 2 }), directories('a'), files('a/x', 'a/x')], 'bad-manifest'],
  ['with a directory listed nowhere', [header(), directories('a'), files('b/x')], 'bad-manifest'],
  [
    'with a directory taken up again',
    [header({ directories: 2, files: 3 }), directories('a', 'b'), files('a/x', 'b/x', 'a/y')],
    'bad-manifest',
  ],
  ['that ends before its files', [header(), directories('a')], 'too-short'],
  ['whose root does not come out', [header(), directories('a'), files('a/z')], 'wrong-root'],
];

describe('a manifest is refused', () => {
  it.each(broken)('%s', (_name, blocks, code) => {
    expect(decode(Buffer.concat(blocks.map(encodeManifestBlock)))).toMatchObject({ code });
  });

  it('that is empty, or ends inside a block', () => {
    expect(decode(Buffer.alloc(0))).toMatchObject({ code: 'too-short' });
    expect(decode(streamOf(emptyTree).subarray(0, -1))).toMatchObject({ code: 'too-short' });
  });

  it.each([
    [0, 'too-long'],
    [MAX_MANIFEST_BLOCK + 1, 'too-long'],
    [0xffff_ffff, 'too-long'],
  ])('that claims a block of %d bytes', (length, code) => {
    const claim = Buffer.alloc(4);
    claim.writeUInt32BE(length);
    expect(decode(claim)).toMatchObject({ code });
  });

  const wire = (values: unknown) => decodeManifestBlock(new Packr().pack(values));
  it.each<readonly [string, unknown]>([
    ['no array', 7],
    ['an unknown tag', [4, 'a']],
    ['no tag', []],
    ['no rows', [1]],
    ['a bad path', [1, '../a']],
    ['a path of R itself', [1, '']],
    ['a held path with NUL', [2, 'a\0b']],
    ['a row cut', [3, 'a', 1]],
    ['a bad size', [3, 'a', -1, digest('00')]],
    ['a short digest', [3, 'a', 1, digest('00').subarray(1)]],
    ['a header with more', [0, 1, 1, digest('00'), 0, 0, 0, 0]],
    ['a header with less', [0, 1, 1, digest('00'), 0, 0]],
    ['too many announced', [0, 1, 1, digest('00'), 0, 0, MAX_MANIFEST_ROWS + 1]],
    ['a map', [3, { a: 1 }]],
  ])('with a block that has %s', (_what, values) => expect(wire(values).ok).toBe(false));

  it('after its first violation, for good', () => {
    const decoder = manifestDecoder();
    expect(decoder.push(encodeManifestBlock(directories('a')))).toBeDefined();
    expect(decoder.push(encodeManifestBlock(header()))).toBeDefined();
    expect(decoder.end().ok).toBe(false);
  });
});

describe('a tree that cannot be told', () => {
  it.each(['../a', 'a\\b'])('for the directory %j, is a bug here', (directory) => {
    expect(() => streamOf(treeOf({ [directory]: {} }))).toThrow(/^bug: this manifest block/);
  });
});

describe('a delta', () => {
  it('makes the new tree of the base, over the wire', () => {
    fc.assert(
      fc.property(tree, tree, (from, to) => {
        const delta = deltaOf(exactChanges(from, to), to.held, id)!;
        const message = { ...messages.generation, delta };
        const frame = encodeEnvelope({ kind: 'tell', to: 'file-sync', message });
        const decoded = decodeEnvelope(frame.subarray(5), 'master');
        if (!decoded.ok) throw new Error(decoded.violation.text);
        const { envelope } = decoded.frame as Extract<typeof decoded.frame, { type: 'envelope' }>;
        const got = (envelope as { message: typeof messages.generation }).message.delta!;
        expect(applyChanges(from, changesOf(got), got.held).root).toBe(to.root);
      }),
    );
  });

  const put = (count: number, length = 10) =>
    treeOf({
      a: Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`.padStart(length, 'x'), file('a')])),
    });
  it('of 500 rows is sent, of 501 not', () => {
    const changes = (count: number) => exactChanges(treeOf({ a: {} }), put(count));
    expect(deltaOf(changes(500), new Set(), id)?.put).toHaveLength(500);
    expect(deltaOf(changes(501), new Set(), id)).toBeUndefined();
    expect(deltaOf(changes(500), new Set(['a/held']), id)).toBeUndefined();
  });

  it('of rows too long for a frame is not sent', () => {
    const deep = (count: number) =>
      treeOf(
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            Array.from({ length: 9 }, () => `${i}`.padStart(200, 'x')).join('/'),
            {},
          ]),
        ),
      );
    expect(deltaOf(exactChanges(emptyTree, deep(10)), new Set(), id)).toBeDefined();
    expect(deltaOf(exactChanges(emptyTree, deep(200)), new Set(), id)).toBeUndefined();
  });
});

it('a digest is the same in hex and in bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) =>
      expect(new Uint8Array(digestBytes(digestHex(bytes)))).toEqual(bytes),
    ),
  );
});
