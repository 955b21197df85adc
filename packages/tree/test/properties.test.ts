import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { diffTrees } from '@muster/protocol';
import fc from 'fast-check';
import { cleanUp, type Node, newRoot, openNode, replicate } from './rig.ts';

afterAll(cleanUp);

/** Few names, so that files and directories meet in each other's place. */
const name = fc.constantFrom('a', 'b', 'c', 'x.tmp', 'ar.conf');
const path = fc
  .tuple(fc.constantFrom('etc/rules', 'etc/shared'), fc.array(name, { minLength: 1, maxLength: 4 }))
  .map(([base, parts]) => [base, ...parts].join('/'));
const edit = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('write' as const), path, content: fc.string({ maxLength: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('directory' as const), path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename' as const), path, to: path }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('replace' as const), path, content: fc.string({ maxLength: 5 }) }),
  },
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** Edits that make no sense where they meet the tree are skipped; returns the directories touched. */
function perform(root: string, one: Edit): string[] {
  const at = join(root, one.path);
  try {
    if (one.do === 'write') fs.mkdirSync(dirname(at), { recursive: true });
    if (one.do === 'write') fs.writeFileSync(at, one.content);
    if (one.do === 'directory') fs.mkdirSync(at, { recursive: true });
    if (one.do === 'rename') fs.renameSync(at, join(root, one.to));
    if (one.do === 'remove' || one.do === 'replace') fs.rmSync(at, { recursive: true });
    if (one.do === 'replace') fs.writeFileSync(at, one.content);
  } catch {
    // The tree is as it was, or the parents are made: both are states worth scanning.
  }
  return [one.path, ...('to' in one ? [one.to] : [])].flatMap(upwards);
}

const upwards = (at: string): string[] => (at.split('/').length <= 2 ? [at] : [dirname(at), ...upwards(dirname(at))]);

it('an incremental scan finds what a full one finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(edit, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
      async (rounds) => {
        const node = await openNode({ root: newRoot(), wallNow: Date.now });
        await node.scan();
        for (const edits of rounds) {
          const dirty = new Set(edits.flatMap((one) => perform(node.root, one)));
          const incremental = await node.scan(dirty);
          const full = await (await openNode({ root: node.root, wallNow: Date.now })).scan();
          expect(incremental.tree.root).toBe(full.tree.root);
          expect(incremental.directories).toEqual(full.directories);
          expect(incremental.problems).toEqual(full.problems);
        }
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
});

/** Every path at which the two trees differ still. */
const left = async (master: Node, worker: Node): Promise<string[]> => {
  const { put, remove, makeDirectories, removeDirectories } = diffTrees((await worker.scan()).tree, master.tree());
  return [...put.map(({ path: at }) => at), ...remove, ...makeDirectories, ...removeDirectories];
};

const meet = (at: string, failed: string): boolean =>
  at === failed || at.startsWith(`${failed}/`) || failed.startsWith(`${at}/`);

it('one replication makes any tree equal to any other; what differs still was said', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 15 }), fc.array(edit, { maxLength: 15 }), async (ours, theirs) => {
      const [master, worker] = [
        await openNode({ wallNow: Date.now }),
        await openNode({ mode: 'worker', wallNow: Date.now }),
      ];
      for (const one of ours) perform(worker.root, one);
      for (const one of theirs) perform(master.root, one);
      const { result } = await replicate(master, worker);
      // What is excluded is not ours to move: a file in whose way it stands fails with words, the rest goes on.
      for (const { code } of result.failures) expect(['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'ENOENT']).toContain(code);
      const unsaid = (await left(master, worker)).filter(
        (at) => !result.failures.some((failed) => meet(at, failed.path)),
      );
      expect(unsaid).toEqual([]);
      // Once more does no harm, and finds nothing else to do.
      const again = (await replicate(master, worker)).result;
      expect(again.written).toBe(0);
      expect(again.failures.map(({ path: at }) => at)).toEqual(
        expect.arrayContaining(result.failures.filter(({ code }) => code !== 'ENOENT').map(({ path: at }) => at)),
      );
    }),
    { numRuns: 100, endOnFailure: true },
  );
});

it('a worker follows its master through any history, with directories that hold only what is excluded', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ ours: fc.array(edit, { maxLength: 3 }), theirs: fc.array(edit, { maxLength: 5 }) }), {
        minLength: 2,
        maxLength: 5,
      }),
      async (rounds) => {
        const master = await openNode({ wallNow: Date.now });
        const worker = await openNode({ mode: 'worker', wallNow: Date.now });
        for (const { ours, theirs } of rounds) {
          for (const one of ours) perform(worker.root, one);
          for (const one of theirs) perform(master.root, one);
          const { result } = await replicate(master, worker);
          const unsaid = (await left(master, worker)).filter(
            (at) => !result.failures.some((failed) => meet(at, failed.path)),
          );
          expect(unsaid).toEqual([]);
        }
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
});
