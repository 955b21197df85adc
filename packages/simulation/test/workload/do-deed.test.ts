import { isSafePath } from '@muster/tree';
import fc from 'fast-check';
import type { FileChange } from '../../src/happenings.ts';
import { healAll } from '../../src/nemesis/index.ts';
import {
  type Deed,
  planOf,
  type WorkloadKind,
  without,
  workedDirectories,
  workloadKinds,
} from '../../src/plan/index.ts';
import { keysPath, marksOf } from '../../src/workload/index.ts';
import { openRig, planWith, root } from './rig.ts';

const at = { node: 'master', within: 'etc/rules' } as const;
const deed = (kind: WorkloadKind, fields: object, id = '9'): Deed =>
  ({ id, atMs: 100, kind, ...at, ...fields }) as Deed;

/** The master's tree before and after one deed, and the changes told. */
async function done(one: Deed, files = 40) {
  const rig = openRig(planWith([one], { files }));
  const changes: FileChange[] = [];
  rig.world.hear.file((change) => changes.push(change));
  const before = rig.texts('master');
  await rig.pass(200);
  return { rig, changes, before, after: rig.texts('master') };
}

const differing = (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) => ({
  added: Object.keys(after).filter((path) => before[path] === undefined),
  gone: Object.keys(before).filter((path) => after[path] === undefined),
  changed: Object.keys(after).filter((path) => before[path] !== undefined && before[path] !== after[path]),
});

describe('an operator', () => {
  it.each<[Deed, { added?: number; gone?: number; changed?: number }]>([
    [deed('create', { count: 3, bytes: 300 }), { added: 3 }],
    [deed('write', { count: 2, bytes: 300 }), { changed: 2 }],
    [deed('replace', { count: 2, bytes: 300 }), { changed: 2 }],
    [deed('append', { count: 2, bytes: 300 }), { changed: 2 }],
    [deed('large-file', { bytes: 1_500_000 }), { added: 1 }],
    [deed('delete', { count: 2 }), { gone: 2 }],
    [deed('empty-file', { count: 2 }), { changed: 2 }],
    [deed('write-unseen', { count: 2 }), { changed: 2 }],
    [deed('chmod', { count: 2, mode: 0o600 }), {}],
    [deed('add-directory', { count: 5, bytes: 10, deep: 3 }), { added: 5 }],
    [deed('checkout', { change: 2, add: 3, remove: 1, bytes: 200 }), { changed: 2, added: 3, gone: 1 }],
    [deed('keys', { change: 'grow', lines: 2 }), { changed: 1 }],
    [deed('keys', { change: 'shrink', lines: 2 }), { changed: 1 }],
    [deed('keys', { change: 'edit', lines: 2 }), { changed: 1 }],
    [deed('keys', { change: 'empty', lines: 1 }), { changed: 1 }],
    [deed('keys', { change: 'remove', lines: 1 }), { gone: 1 }],
    [deed('excluded-name', { name: 'x~' }), { added: 1 }],
    [deed('broken-name', { how: 'newline' }), { added: 1 }],
    [deed('broken-name', { how: 'backslash' }), { added: 1 }],
    [deed('broken-name', { how: 'not-utf8' }), { added: 1 }],
    [deed('broken-name', { how: 'too-long' }), { added: 1 }],
    [deed('broken-name', { how: 'deep' }), { added: 1 }],
    [deed('swap-kind', { to: 'directory' }), { added: 1, gone: 1 }],
  ])('%j does that and no more', async (one, wanted) => {
    const { before, after } = await done(one);
    const { added, gone, changed } = differing(before, after);
    expect({ added: added.length, gone: gone.length, changed: changed.length }).toEqual({
      added: 0,
      gone: 0,
      changed: 0,
      ...wanted,
    });
  });

  it('deletes the share that was asked for, at 100 all', async () => {
    const { before, after } = await done(deed('delete-many', { percent: 100 }));
    expect(Object.keys(before).some((path) => path.startsWith('etc/rules/'))).toBe(true);
    expect(Object.keys(after).filter((path) => path.startsWith('etc/rules/'))).toEqual([]);
    const all = await done(deed('delete-everything', { percent: 100 }));
    expect(Object.keys(all.after)).toEqual(['etc/ossec.conf']);
  });

  it('renames a directory with all that is in it, and removes one', async () => {
    const moved = differing(...pair(await done(deed('rename-directory', {}))));
    expect(moved.added.length).toBeGreaterThan(0);
    expect(moved.gone).toHaveLength(moved.added.length);
    const removed = differing(...pair(await done(deed('remove-directory', {}))));
    expect(removed.gone.length).toBeGreaterThan(0);
    expect(removed.added).toEqual([]);
  });

  const pair = ({ before, after }: Awaited<ReturnType<typeof done>>) => [before, after] as const;

  it('that writes a name that is never synchronised writes it, and not what a link of that name leads to', async () => {
    const { rig } = await done(deed('excluded-name', { name: 'x~' }));
    const { files } = rig.node('master');
    const [written] = Object.keys(rig.texts('master', 'etc/rules')).filter((path) => path.endsWith('/x~'));
    const other = openRig(planWith([deed('excluded-name', { name: 'x~' })], { files: 40 }));
    const master = other.node('master');
    const before = other.texts('master')['etc/ossec.conf'];
    master.files.symlink(`${root}/${written}`, `${root}/etc/ossec.conf`, 'operator');
    await other.pass(200);
    expect(files.exists(`${root}/${written}`)).toBe(true);
    expect(other.texts('master')['etc/ossec.conf']).toBe(before);
    expect(other.texts('master')[written!]).toBe(rig.texts('master')[written!]);
  });

  it.each(['nowhere', 'outside', 'directory', 'file'] as const)(
    'makes a symlink to %s, which goes at the healing',
    async (to) => {
      const { rig, changes } = await done(deed('symlink', { to }));
      const made = changes.find(({ kind }) => kind === 'made')!;
      expect(rig.node('master').files.exists(made.path)).toBe(true);
      healAll(rig.world);
      expect(rig.node('master').files.exists(made.path)).toBe(false);
    },
  );

  it('moves at the healing what is never synchronised out of the way of what is, and leaves it elsewhere', async () => {
    const rig = openRig(planWith([]));
    const [master, worker] = [rig.node('master'), rig.node('worker1')];
    const text = Buffer.from('x');
    master.files.write(`${root}/etc/rules/now-a-file`, text, 'operator');
    for (const folder of ['now-a-file', 'still-a-folder'])
      worker.files.write(`${root}/etc/rules/${folder}/deep/x~`, text, 'operator');
    healAll(rig.world);
    expect(worker.files.exists(`${root}/etc/rules/now-a-file/deep/x~`)).toBe(false);
    expect(worker.files.exists(`${root}/etc/rules/still-a-folder/deep/x~`)).toBe(true);
  });

  it('writes slowly: whoever looks in between sees a part, and the whole in the end', async () => {
    const rig = openRig(planWith([deed('slow-write', { bytes: 900, pieces: 3, forMs: 3_000 })]));
    const seen = async (ms: number) => {
      await rig.pass(ms);
      const texts = Object.entries(rig.texts('master', 'etc/rules'));
      const [, text] =
        texts.find(([path, content]) => /9\.0/.test(path + content)) ?? texts.find(([, content]) => content === '')!;
      return [text.length, marksOf(Buffer.from(text)) !== undefined];
    };
    expect([await seen(200), await seen(2_000), await seen(1_000)]).toEqual([
      [0, true],
      [600, false],
      [900, true],
    ]);
  });

  it('who writes slowly is done at the healing', async () => {
    const rig = openRig(planWith([deed('slow-write', { bytes: 900, pieces: 3, forMs: 3_000 })]));
    await rig.pass(200);
    healAll(rig.world);
    const wholes = (): boolean =>
      Object.values(rig.texts('master', 'etc/rules')).every((text) => marksOf(Buffer.from(text)) !== undefined);
    expect(wholes()).toBe(true);
    await rig.pass(5_000);
    expect(wholes()).toBe(true);
  });
});

describe('all operators together', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  it('touch only what is synchronised, on the node that the deed names', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { deeds, settings } = planOf(seed, { nodes: 3, files: 30 });
        const work = deeds.filter(({ kind }) => workloadKinds.includes(kind as WorkloadKind));
        const rig = openRig({ ...planWith(work, { seed, files: 30 }), settings: { ...settings, workers: 2 } });
        const named = new Set(work.flatMap((one) => ('node' in one ? [one.node] : [])));
        const stray: FileChange[] = [];
        rig.world.hear.file((change) => {
          const path = change.path.slice(root.length + 1);
          const isMeant =
            path.replace(/^etc\/\.(.*)\.beside~$/, 'etc/$1') === keysPath ||
            workedDirectories.some((directory) => path.startsWith(`${directory}/`));
          if (!isMeant || !named.has(change.node) || change.by !== 'operator') stray.push(change);
        });
        await rig.pass(120_000);
        expect(stray).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('leave nothing behind at the healing that Muster does not take, save names that it is to ignore', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { deeds } = planOf(seed, { nodes: 3, files: 30 });
        const rig = openRig(
          planWith(
            deeds.filter(({ kind }) => workloadKinds.includes(kind as never)),
            { seed },
          ),
        );
        await rig.pass(30_000);
        healAll(rig.world);
        for (const { name } of rig.world.nodes)
          for (const directory of workedDirectories)
            for (const path of Object.keys(rig.texts(name, directory))) {
              expect(isSafePath(path)).toBe(true);
              expect(path).not.toMatch(/[\udc80-\udcff]/);
            }
      }),
      { numRuns: 15 },
    );
  });

  it('do the same when deeds of other files are gone: chance is each deed’s own', async () => {
    const one = deed('create', { count: 4, bytes: 100 }, '5');
    const others = [deed('create', { count: 2, bytes: 50, within: 'etc/lists' }, '3'), one].map((each, index) => ({
      ...each,
      atMs: index,
    }));
    const plan = planWith(others);
    const names = async (each: typeof plan): Promise<readonly string[]> => {
      const rig = openRig(each);
      await rig.pass(200);
      return Object.keys(rig.texts('master')).filter((path) => path.includes('5.'));
    };
    expect((await names(plan)).length).toBeGreaterThanOrEqual(4);
    expect(await names(without(plan, ['3']))).toEqual(await names(plan));
  });
});
