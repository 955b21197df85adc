import { diffTrees, type FileTree } from '@muster/protocol';
import { type Deletions, deletedOf, noteDeletions, recentDeletions, turnoverOf } from '../src/deletions.ts';
import { type Holds, suspectsOf } from '../src/guard.ts';
import { many, treeOf } from './trees.ts';

const limits = { classes: ['etc', 'etc/rules', 'etc/lists'], percent: 50, files: 4, confirmAfterMs: 30 };
const rules = (count: number, ...more: string[]): FileTree =>
  treeOf(new Map([...many('etc/rules', count), ...more.map((name): [string, string] => [`etc/rules/${name}`, 'x'])]));

/** The trees that the disk held, with the time of each change, ms: what of `etc/rules` counts as deleted at the last. */
type Past = readonly (readonly [at: number, tree: FileTree])[];
function deletionsOf(past: Past, holds: Holds = new Map()): Deletions {
  return past.slice(1).reduce<Deletions>((noted, [at, tree], index) => {
    const before = past[index]![1];
    const turnover = turnoverOf(before, diffTrees(before, tree), limits);
    return noteDeletions(noted, turnover, limits.classes, holds, at);
  }, []);
}

const feed = rules(1, 'feed.new');
/** `feed.new` comes and goes every 4 s, for 5 minutes. */
const feeding: Past = Array.from({ length: 75 }, (_, index) => [index * 4_000, index % 2 === 0 ? feed : rules(1)]);
const temporary: Past = Array.from({ length: 60 }, (_, index) => [
  index * 4_000,
  index % 2 === 0 ? rules(1) : rules(1, `feed.${index}`),
]);

const cases: readonly [title: string, past: Past, now: number, counted: number][] = [
  [
    'a file that is deleted counts',
    [
      [0, rules(3)],
      [10, rules(2)],
    ],
    10,
    1,
  ],
  [
    'a file counts until a minute after',
    [
      [0, rules(3)],
      [10, rules(2)],
    ],
    60_009,
    1,
  ],
  [
    'and no longer',
    [
      [0, rules(3)],
      [10, rules(2)],
    ],
    60_010,
    0,
  ],
  ['a file that comes and goes counts once at most', feeding.slice(0, 16), 60_000, 1],
  ['and after a minute of it not at all', feeding, 300_000, 0],
  [
    'a file that came within the minute does not count',
    [
      [0, rules(3)],
      [10, rules(3, 'new')],
      [60_009, rules(3)],
    ],
    60_009,
    0,
  ],
  [
    'one that came a minute ago does',
    [
      [0, rules(3)],
      [10, rules(3, 'new')],
      [60_010, rules(3)],
    ],
    60_010,
    1,
  ],
  ['files that come under ever new names and go do not count', temporary, 240_000, 0],
  [
    'three files at a time may be newcomers, however few there are',
    [
      [0, rules(1)],
      [1, rules(4)],
      [2, rules(1)],
    ],
    2,
    0,
  ],
  [
    'four that are more than half of what there was are none',
    [
      [0, rules(7)],
      [1, rules(11)],
      [2, rules(7)],
    ],
    2,
    4,
  ],
  [
    'four that are half of it are',
    [
      [0, rules(8)],
      [1, rules(12)],
      [2, rules(8)],
    ],
    2,
    0,
  ],
  [
    'a worker that was just filled counts what it deletes',
    [
      [0, rules(0)],
      [1, rules(9)],
      [2, rules(6)],
    ],
    2,
    3,
  ],
  [
    'a file that loses all its bytes counts',
    [
      [0, rules(3)],
      [10, treeOf(new Map([...many('etc/rules', 2), ['etc/rules/f2', '']]))],
    ],
    10,
    1,
  ],
];

describe('deletions of the last minute', () => {
  it.each(cases)('%s', (_title, past, now, counted) => {
    expect(deletedOf(recentDeletions(deletionsOf(past), now), 'etc/rules')).toHaveLength(counted);
  });

  it('are forgotten where two generations said them', () => {
    const paths = new Set(['etc/rules/f2']);
    const id = { epoch: 1, generation: 1 };
    const hold = { key: 'etc/rules', kind: 'deletes-many', paths, emptied: 0, of: 3, before: 0 } as const;
    const holds: Holds = new Map([['etc/rules', { ...hold, since: id, heldAt: 0, lastSaid: id, confirmedBy: id }]]);
    expect(
      deletedOf(
        deletionsOf(
          [
            [0, rules(3)],
            [10, rules(2)],
          ],
          holds,
        ),
        'etc/rules',
      ),
    ).toEqual([]);
  });

  it('hold a tree that empties bit by bit, and say how many', () => {
    const recent = deletionsOf([
      [0, rules(8)],
      [10, rules(5)],
    ]);
    const held = suspectsOf(rules(5), diffTrees(rules(5), rules(3)), limits, recent);
    expect(held).toMatchObject([{ kind: 'deletes-many', of: 5, before: 3 }]);
    expect(held[0]?.paths.size).toBe(2);
  });

  it('do not count what is there again, nor twice what goes again', () => {
    const recent = deletionsOf([
      [0, rules(8)],
      [10, rules(5)],
    ]);
    expect(suspectsOf(rules(8), diffTrees(rules(8), rules(5)), limits, recent)).toEqual([]);
  });

  it('never hold a class in which one file comes and goes', () => {
    const recent = recentDeletions(deletionsOf(feeding), 300_000);
    expect(suspectsOf(feed, diffTrees(feed, rules(1)), limits, recent)).toEqual([]);
  });
});
