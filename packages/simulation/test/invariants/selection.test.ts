import { isPlain, selectedBy } from '../../src/invariants/selection.ts';

test.each([
  ['etc/client.keys', 'etc'],
  ['etc/shared/a', 'etc/shared'],
  ['etc/shared/default/merged.mg', 'etc/shared'],
  ['etc/rules/deep/er/a.xml', 'etc/rules'],
  ['var/multigroups/x/merged.mg', 'var/multigroups'],
])('%s is synchronised with %s', (path, directory) => {
  expect(selectedBy(path)?.directory).toBe(directory);
});

test.each([
  'etc/ossec.conf',
  'etc/other',
  'etc/deep/client.keys',
  'etc/shared/ar.conf',
  'etc/rules/a.xml~',
  'etc/rules/.muster-0123456789abcdef-x0.tmp',
  'etc/rulesets/a',
  'var/multigroups/x/other',
  'queue/cluster/muster/journal',
])('%s is not', (path) => {
  expect(selectedBy(path)).toBeUndefined();
});

test.each(['a\nb', 'a\\b', 'x'.repeat(256), `${'x/'.repeat(1_900)}y`, 'a\udc80', 'a\u0085b', 'a//b'])(
  '%j is left out',
  (path) => {
    expect(isPlain(path)).toBe(false);
  },
);
