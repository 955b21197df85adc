import { diffTrees, type FileTree, type GenerationId, type TreeChanges } from '@muster/protocol';
import fc from 'fast-check';
import { announcementOf, treeOf as treeOfAnnouncement } from '../src/announcement.ts';
import { many, treeOf } from './trees.ts';

const id = (generation: number): GenerationId => ({ epoch: 1, generation });
const files = (count: number): FileTree => treeOf(new Map(many('etc/rules', count)));
const exact = (from: FileTree, to: FileTree): TreeChanges => diffTrees(from, { ...to, held: new Set() });
const from = (before: FileTree, tree: FileTree) =>
  announcementOf({ id: id(2), tree, since: { base: id(1), changes: exact(before, tree) } }, true);

describe('an announcement', () => {
  it('carries 500 changes', () => {
    expect(from(files(0), files(500)).delta?.put.length).toBe(500);
  });

  it('carries none when there are 501', () => {
    expect(from(files(0), files(501)).delta).toBeUndefined();
  });

  it('to a newly linked worker carries no changes', () => {
    const since = { base: id(1), changes: exact(files(0), files(1)) };
    expect(announcementOf({ id: id(2), tree: files(1), since }, false).delta).toBeUndefined();
  });

  const tree = fc
    .dictionary(
      fc.constantFrom('etc/rules/a', 'etc/rules/b', 'etc/rules/s/c', 'var/x/d'),
      fc.constantFrom('1', '2', '3'),
    )
    .chain((all) =>
      fc.subarray(['etc/rules/h', 'etc/lists/i']).map((held) => treeOf(new Map(Object.entries(all)), held)),
    );

  it('makes the very tree of its base, whatever changed or is held', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        const made = treeOfAnnouncement(from(before, after), { id: id(1), tree: before }, undefined);
        expect(made?.root).toBe(after.root);
      }),
    );
  });

  it('is not followed from another base', () => {
    expect(treeOfAnnouncement(from(files(1), files(2)), { id: id(0), tree: files(1) }, undefined)).toBeUndefined();
  });

  it('is not followed to another tree than the announced one', () => {
    expect(treeOfAnnouncement(from(files(1), files(2)), { id: id(1), tree: files(5) }, undefined)).toBeUndefined();
  });

  it('of the tree that the disk holds needs nothing else', () => {
    expect(treeOfAnnouncement(announcementOf({ id: id(9), tree: files(3) }, false), undefined, files(3))?.files).toBe(
      3,
    );
  });
});
