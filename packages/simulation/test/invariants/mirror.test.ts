import fc from 'fast-check';
import { openMirror } from '../../src/invariants/mirror.ts';
import { selectedBy } from '../../src/invariants/selection.ts';
import { openStage, root, textBytes } from './stage.ts';

const names = ['a', 'b', 'c.tmp', 'ar.conf', 'd'];
const directories = [
  'etc',
  'etc/rules',
  'etc/rules/d',
  'etc/rules/d/d',
  'etc/shared',
  'etc/shared/d',
  'var/multigroups/d',
  'tmp',
];
const path = fc
  .tuple(fc.constantFrom(...directories), fc.constantFrom(...names, 'client.keys', 'merged.mg'))
  .map(([directory, name]) => `${root}/${directory}/${name}`);
const directory = fc.constantFrom(...directories.filter((one) => one !== 'etc')).map((one) => `${root}/${one}`);
const deed = fc.oneof(
  fc.record({ do: fc.constant('write' as const), path, text: fc.constantFrom('', 'x', 'yy') }),
  fc.record({ do: fc.constant('remove' as const), path: fc.oneof(path, directory) }),
  fc.record({ do: fc.constant('rename' as const), path, to: path }),
  fc.record({
    do: fc.constant('rename' as const),
    path: directory,
    to: fc.constantFrom(`${root}/tmp/x`, `${root}/etc/rules/z`),
  }),
);

test('a mirror shows what the disk holds, whatever is done to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
      const { worker, world, violations } = await openStage();
      const mirror = openMirror(worker, world.timeline.now);
      world.hear.file((change) => void (change.node === worker.name && mirror.take(change)));
      for (const one of deeds) {
        if (one.do === 'write') worker.disk.write(one.path, textBytes(one.text), 'operator');
        if (one.do === 'remove') worker.disk.remove(one.path, 'operator');
        if (one.do === 'rename') worker.disk.rename(one.path, one.to, 'node');
      }
      const shown = [...mirror.places].flatMap(([name, { content }]) => (content === undefined ? [] : [name])).sort();
      const there = worker.disk
        .filesBelow(root)
        .map(([name]) => name.slice(root.length + 1))
        .filter((name) => selectedBy(name) !== undefined);
      expect(shown).toEqual(there.sort());
      expect([...mirror.counts.values()].reduce((sum, count) => sum + count, 0)).toBe(there.length);
      expect(mirror.reread('power')).toEqual([]);
      expect(violations).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('nobody watches a directory of which the hint was lost, until it comes anew', () => {
  const faults = { hints: { lost: 1, maxLateMs: 0 } };
  const node = { name: 'w', root, files: { faults, read: () => textBytes('x'), filesBelow: () => [] } };
  const mirror = openMirror(node as unknown as Parameters<typeof openMirror>[0], () => 0);
  const take = (kind: 'made' | 'content' | 'removed', path: string): void =>
    void mirror.take({ node: 'w', by: 'operator', kind, path: `${root}/${path}` });
  const [deep, beside] = ['etc/rules/new/deep/a.xml', 'etc/rules/b.xml'];
  take('made', 'etc/rules/new');
  faults.hints.lost = 0;
  for (const path of ['etc/rules/new/deep', deep, beside])
    take(path === deep || path === beside ? 'content' : 'made', path);
  expect([deep, beside].map((path) => mirror.at(path)?.hinted)).toEqual([false, true]);
  take('removed', 'etc/rules/new');
  take('made', 'etc/rules/new');
  take('content', deep);
  expect(mirror.at(deep)?.hinted).toBe(true);
});

test('a link that is moved out of sight with its directory may come back with it, untold', async () => {
  const { worker, world } = await openStage();
  const mirror = openMirror(worker, world.timeline.now);
  const take = (kind: 'made' | 'moved', path: string, from?: string): void =>
    void mirror.take({ node: worker.name, by: 'operator', kind, path, ...(from === undefined ? {} : { from }) });
  take('made', `${root}/etc/shared/link`);
  take('moved', `${root}/away`, `${root}/etc/shared`);
  take('moved', `${root}/etc/shared`, `${root}/away`);
  expect(mirror.at('etc/shared/link')?.odd).toBe(true);
});

test('a link that is moved with its directory may be anything where it came to', async () => {
  const { worker, world } = await openStage();
  const mirror = openMirror(worker, world.timeline.now);
  const take = (kind: 'made' | 'moved', path: string, from?: string): void =>
    void mirror.take({ node: worker.name, by: 'operator', kind, path, ...(from === undefined ? {} : { from }) });
  take('made', `${root}/etc/shared/default`);
  take('made', `${root}/etc/shared/default/link`);
  take('moved', `${root}/etc/shared/moved`, `${root}/etc/shared/default`);
  const odd = [...mirror.places].filter(([, place]) => place.odd).map(([name]) => name);
  expect(odd).toEqual(['etc/shared/moved/link']);
});
