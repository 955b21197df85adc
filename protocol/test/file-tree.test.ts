import type { FileEntry, FileTree } from '@muster/protocol';
import {
  applyChanges,
  diffTrees,
  directoryNode,
  emptyTree,
  entriesOf,
  entryAt,
  exactChanges,
  fileTree,
  isUnchanged,
  joinPath,
  splitPath,
  withFiles,
} from '@muster/protocol';
import fc from 'fast-check';
import { file, plain, tree, treeOf } from './trees.ts';

const many = (count: number, digit = 'a'): Map<string, FileEntry> =>
  new Map(Array.from({ length: count }, (_, i) => [`rule-${i}.xml`, file(digit, i)]));

describe('a tree', () => {
  it('counts files and bytes', () => {
    const it = treeOf({ etc: { a: file('a', 3), b: file('b', 4) }, 'etc/empty': {} });
    expect([it.files, it.bytes, it.directories.size]).toEqual([2, 7, 2]);
  });

  it('of nothing has no files', () => expect([emptyTree.files, emptyTree.bytes]).toEqual([0, 0]));

  it('has the same root in whatever order it was built', () => {
    const [a, b] = [
      directoryNode(
        new Map([
          ['x', file('a')],
          ['y', file('b')],
        ]),
      ),
      directoryNode(
        new Map([
          ['y', file('b')],
          ['x', file('a')],
        ]),
      ),
    ];
    expect(
      fileTree(
        new Map([
          ['d', a],
          ['e', b],
        ]),
        ['p', 'q'],
      ).root,
    ).toBe(
      fileTree(
        new Map([
          ['e', a],
          ['d', b],
        ]),
        ['q', 'p'],
      ).root,
    );
  });

  it.each<readonly [string, FileTree]>([
    ['content', treeOf({ etc: { a: file('b') } })],
    ['size', treeOf({ etc: { a: file('a', 2) } })],
    ['name', treeOf({ etc: { b: file('a') } })],
    ['directory', treeOf({ var: { a: file('a') } })],
    ['an empty directory', treeOf({ etc: { a: file('a') }, 'etc/x': {} })],
    ['a held path', treeOf({ etc: { a: file('a') } }, ['etc/b'])],
  ])('has another root with another %s', (_what, other) => {
    expect(other.root).not.toBe(treeOf({ etc: { a: file('a') } }).root);
  });

  it('finds its entries by path', () => {
    const it = treeOf({ etc: { a: file('a') } });
    expect([entryAt(it, 'etc/a'), entryAt(it, 'etc/b'), entryAt(it, 'var/a')]).toEqual([
      file('a'),
      undefined,
      undefined,
    ]);
  });

  it('lists its files directory by directory, sorted', () => {
    const it = treeOf({ 'b/c': { z: file('a'), y: file('a') }, b: { x: file('a') } });
    expect([...entriesOf(it)].map(([path]) => path)).toEqual(['b/x', 'b/c/y', 'b/c/z']);
  });

  it.each([
    ['etc/rules/a', 'etc/rules', 'a'],
    ['a', '', 'a'],
  ])('splits and joins %s', (path, directory, name) => {
    expect(splitPath(path)).toEqual([directory, name]);
    expect(joinPath(directory, name)).toBe(path);
  });
});

describe('a directory of many files', () => {
  it.each([1, 511, 512, 513, 2_000])('of %d is the same map in shards', (count) => {
    const files = many(count);
    const node = directoryNode(files);
    expect(node.files.size).toBe(count);
    expect(new Map(node.files)).toEqual(files);
    expect([...node.files.keys()].sort()).toEqual([...files.keys()].sort());
    expect(new Set(node.files.values())).toEqual(new Set(files.values()));
    expect([node.files.get('rule-0.xml'), node.files.has('rule-0.xml'), node.files.has('nothing')]).toEqual([
      file('a', 0),
      true,
      false,
    ]);
    let visited = 0;
    node.files.forEach((entry, name, all) => {
      visited += all.get(name) === entry ? 1 : 0;
    });
    expect(visited).toBe(count);
  });

  it.each([
    [512, 513],
    [513, 512],
    [700, 701],
    [10, 0],
  ])('edited from %d to %d files is as if built anew', (from, to) => {
    const names = new Set([...many(from).keys(), ...many(to).keys()]);
    const edits = new Map([...names].map((name) => [name, many(to).get(name)] as const));
    const edited = withFiles(directoryNode(many(from)), edits);
    expect(edited.digest).toBe(directoryNode(many(to)).digest);
    expect(edited.bytes).toBe(directoryNode(many(to)).bytes);
  });

  it('shares every shard but one when one file changes', () => {
    const before = directoryNode(many(2_000));
    const after = withFiles(before, new Map([['rule-7.xml', file('b')]]));
    expect(after.shards.filter((shard, i) => shard !== before.shards[i])).toHaveLength(1);
  });

  it('shares what is equal when it is built again from a listing', () => {
    const before = directoryNode(many(2_000));
    expect(directoryNode(many(2_000), before)).toBe(before);
    const after = directoryNode(many(2_000).set('rule-7.xml', file('b')), before);
    expect(after.shards.filter((shard, i) => shard !== before.shards[i])).toHaveLength(1);
  });

  it('is not changed by later changes of the map it was made of', () => {
    const files = many(3);
    const node = directoryNode(files);
    files.clear();
    expect(node.files.size).toBe(3);
  });

  it('differs from another by the files that differ alone', () => {
    const from = fileTree(new Map([['d', directoryNode(many(2_000))]]));
    const to = fileTree(
      new Map([['d', directoryNode(many(1_999).set('rule-7.xml', file('b')).set('new', file('c')))]]),
    );
    const changes = diffTrees(from, to);
    expect(changes.put.map(({ path }) => path)).toEqual(['d/new', 'd/rule-7.xml']);
    expect(changes.remove).toEqual(['d/rule-1999.xml']);
  });
});

describe('changes', () => {
  it('applied to the tree that they start from, make the tree that they lead to', () => {
    fc.assert(
      fc.property(tree, tree, (from, to) => {
        const made = applyChanges(from, exactChanges(from, to), to.held);
        expect([made.root, made.files, made.bytes]).toEqual([to.root, to.files, to.bytes]);
        expect(plain(made)).toEqual(plain(to));
      }),
    );
  });

  it('between a tree and itself there are none', () => {
    fc.assert(fc.property(tree, (it) => expect(isUnchanged(exactChanges(it, it))).toBe(true)));
  });

  it('share every directory that they do not touch', () => {
    fc.assert(
      fc.property(tree, tree, (from, to) => {
        const changes = exactChanges(from, to);
        const made = applyChanges(from, changes, to.held);
        const touched = new Set(
          [...changes.put.map(({ path }) => path), ...changes.remove].map((path) => splitPath(path)[0]),
        );
        for (const [directory, node] of from.directories) {
          if (made.directories.has(directory) && !touched.has(directory))
            expect(made.directories.get(directory)).toBe(node);
        }
      }),
    );
  });

  it('are sorted, deepest removal first', () => {
    const from = treeOf({ a: { x: file('a') }, 'a/b': {}, 'a/b/c': {} });
    const to = treeOf({ z: { q: file('a'), p: file('a') }, 'z/y': {} });
    expect(exactChanges(from, to)).toEqual({
      put: [
        { path: 'z/p', entry: file('a') },
        { path: 'z/q', entry: file('a') },
      ],
      remove: ['a/x'],
      makeDirectories: ['z', 'z/y'],
      removeDirectories: ['a/b/c', 'a/b', 'a'],
    });
  });

  it('that make a directory where it is already, keep its files', () => {
    const it = treeOf({ etc: { a: file('a') } });
    const changes = { put: [], remove: [], makeDirectories: ['etc'], removeDirectories: [] };
    expect(applyChanges(it, changes, []).root).toBe(it.root);
  });

  it('that remove what is not there change no file', () => {
    const it = treeOf({ etc: { a: file('a') } });
    const changes = { put: [], remove: ['etc/b'], makeDirectories: [], removeDirectories: ['var'] };
    expect(applyChanges(it, changes, []).root).toBe(it.root);
  });
});

describe('held paths', () => {
  it('are neither put nor removed, and keep the directories above them', () => {
    fc.assert(
      fc.property(tree, tree, (from, to) => {
        const changes = diffTrees(from, to);
        for (const { path } of changes.put) expect(to.held.has(path)).toBe(false);
        for (const path of changes.remove) expect(to.held.has(path)).toBe(false);
        for (const directory of changes.removeDirectories) {
          for (const path of [...to.held, ...from.held]) expect(path.startsWith(`${directory}/`)).toBe(false);
        }
      }),
    );
  });

  it('leave nothing else undone', () => {
    fc.assert(
      fc.property(tree, tree, (from, to) => {
        const left = exactChanges(applyPlan(from, diffTrees(from, to)), to);
        expect(left.put).toEqual([]);
        for (const path of left.remove) expect(to.held.has(path)).toBe(true);
      }),
    );
  });

  /** As a worker's disk would be: what is held stays. */
  const applyPlan = (from: FileTree, changes: ReturnType<typeof diffTrees>): FileTree =>
    applyChanges(from, changes, []);

  it.each([
    ['a file in it', 'a/b/x'],
    ['a file far below it', 'a/b/c/d/x'],
    ['itself', 'a/b'],
  ])('a directory is kept when what is held is %s', (_what, held) => {
    const from = treeOf({ a: {}, 'a/b': { y: file('a') } });
    expect(diffTrees(from, treeOf({}, [held])).removeDirectories).toEqual([]);
    expect(diffTrees(from, treeOf({}, [held])).remove).toEqual(['a/b/y']);
  });

  it('a directory is kept when this node itself holds something in it', () => {
    const from = treeOf({ a: {}, 'a/b': {} }, ['a/b/link']);
    expect(diffTrees(from, emptyTree).removeDirectories).toEqual([]);
  });

  it('a directory whose name only begins alike is removed', () => {
    const from = treeOf({ 'a/b': {} });
    expect(diffTrees(from, treeOf({}, ['a/bc/x'])).removeDirectories).toEqual(['a/b']);
  });
});
