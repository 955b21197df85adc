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
