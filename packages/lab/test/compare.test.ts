import { differences, rowOf, type SeenTree, summarised } from '../src/compare.ts';

const table = [
  { directory: 'etc', mode: 0o640, files: ['client.keys'], recursive: false },
  { directory: 'etc/rules', mode: 0o660, files: 'all', recursive: true },
  { directory: 'var/multigroups', mode: 0o660, files: ['merged.mg'], recursive: true },
] as const;
const modeOf = (path: string): number => rowOf(table, path)?.mode ?? 0;
const tree = (files: Record<string, [digest: string, mode: number]>): SeenTree =>
  new Map(Object.entries(files).map(([path, [digest, mode]]) => [path, { digest, mode }]));
const master = tree({ 'etc/rules/a.xml': ['1', 0o644], 'etc/client.keys': ['2', 0o640] });

const cases: readonly [name: string, worker: SeenTree, found: readonly string[]][] = [
  [
    'equal files with the modes of the table',
    tree({ 'etc/rules/a.xml': ['1', 0o660], 'etc/client.keys': ['2', 0o640] }),
    [],
  ],
  ['a missing file', tree({ 'etc/rules/a.xml': ['1', 0o660] }), ['etc/client.keys is missing']],
  [
    'other bytes',
    tree({ 'etc/rules/a.xml': ['9', 0o660], 'etc/client.keys': ['2', 0o640] }),
    ['etc/rules/a.xml has other bytes'],
  ],
  [
    'the master’s mode where the table says another',
    tree({ 'etc/rules/a.xml': ['1', 0o644], 'etc/client.keys': ['2', 0o640] }),
    ['etc/rules/a.xml has mode 0644, not 0660'],
  ],
  [
    'a file too many',
    tree({ 'etc/rules/a.xml': ['1', 0o660], 'etc/client.keys': ['2', 0o640], 'etc/rules/b': ['3', 0o660] }),
    ['etc/rules/b is not on the master'],
  ],
];

describe('the comparison of two trees', () => {
  it.each(cases)('sees %s', (_name, worker, found) => expect(differences(master, worker, modeOf)).toEqual(found));

  it('names the first three of many', () => {
    expect(summarised(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, and 2 more');
    expect(summarised(['a', 'b', 'c'])).toBe('a, b, c');
  });
});

describe('the row of a path', () => {
  const rows: readonly [path: string, directory: string | undefined][] = [
    ['etc/client.keys', 'etc'],
    ['etc/ossec.conf', undefined],
    ['etc/rules/a.xml', 'etc/rules'],
    ['etc/rules/below/a.xml', 'etc/rules'],
    ['etc/other/client.keys', undefined],
    ['etc/rulesets/a.xml', undefined],
    ['var/multigroups/g/merged.mg', 'var/multigroups'],
    ['var/multigroups/g/other', undefined],
  ];
  it.each(rows)('%s lies in %s', (path, directory) => expect(rowOf(table, path)?.directory).toBe(directory));
});
