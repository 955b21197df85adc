import { diffTrees, type GenerationId } from '@muster/protocol';
import { allowedChanges, classOf, type Holds, holdWords, reviewHolds, suspectsOf, waitingHolds } from '../src/guard.ts';
import { many, treeOf } from './trees.ts';

const limits = { classes: ['etc', 'etc/rules', 'etc/lists'], percent: 50, files: 4, confirmAfterMs: 30 };
type Files = [string, string][];
const keys = (content: string): Files => [['etc/client.keys', content]];
const id = (generation: number, epoch = 1): GenerationId => ({ epoch, generation });

function suspects(before: Files, after: Files) {
  const local = treeOf(new Map(before));
  return suspectsOf(local, diffTrees(local, treeOf(new Map(after))), limits);
}

const rules = (count: number): Files => many('etc/rules', count);

const cases: readonly [title: string, before: Files, after: Files, held: readonly string[]][] = [
  ['half of a class may go', rules(8), rules(4), []],
  ['one more than half of a class is held', rules(9), rules(4), ['etc/rules deletes-many']],
  ['three files may go, however few there are', rules(4), rules(1), []],
  ['four of five files are held', rules(5), rules(1), ['etc/rules deletes-many']],
  ['the only file of a class may go', rules(1), [], []],
  ['the last two files of a class are held', rules(2), [], ['etc/rules empties']],
  ['two files that are replaced by another do not empty the class', rules(2), [['etc/rules/other', 'x']], []],
  [
    'a deletion in one class is measured by that class alone',
    [...rules(100), ...many('etc/lists', 5)],
    rules(100),
    ['etc/lists empties'],
  ],
  ['a subdirectory belongs to the class above it', many('etc/rules/sub', 5), [], ['etc/rules empties']],
  ['client.keys that vanishes is held', keys('001 a any k'), [], ['etc/client.keys keys-deleted']],
  ['client.keys that becomes empty is held', keys('001 a any k'), keys(''), ['etc/client.keys keys-emptied']],
  ['client.keys that shrinks to one byte is not held', keys('001 a any k'), keys('0'), []],
  ['an empty client.keys may vanish', keys(''), [], []],
  ['an empty client.keys may stay empty', keys(''), keys(''), []],
  ['what is only added or changed is never held', rules(3), many('etc/rules', 9, 'y'), []],
];

describe('the guard against mass deletion', () => {
  it.each(cases)('%s', (_title, before, after, held) => {
    expect(suspects(before, after).map(({ key, kind }) => `${key} ${kind}`)).toEqual(held);
  });

  it('takes the longest configured directory for the class', () => {
    expect(classOf('etc/rules/deep/er', limits.classes)).toBe('etc/rules');
    expect(classOf('etc/rulesets', limits.classes)).toBe('etc');
    expect(classOf('var/multigroups', limits.classes)).toBe('var/multigroups');
  });
});

const all = suspects(rules(8), []);
const most = suspects(rules(8), rules(1));
/** What generations said, each 30 ms after the one before where no time is given. */
type Said = readonly (readonly [suspects: typeof all, by: GenerationId, at?: number])[];
const reviewed = (...said: Said): Holds =>
  said.reduce<Holds>(
    (holds, [suspected, by, at], index) =>
      reviewHolds(holds, suspected, { id: by, at: at ?? index * 30 }, limits.confirmAfterMs),
    new Map(),
  );

const reviews: readonly [title: string, said: Said, waiting: boolean][] = [
  ['the first generation that says it waits', [[all, id(7)]], true],
  [
    'the same generation, seen again, is no confirmation',
    [
      [all, id(7)],
      [all, id(7)],
    ],
    true,
  ],
  [
    'the next generation confirms',
    [
      [all, id(7)],
      [all, id(8)],
    ],
    false,
  ],
  [
    'a generation of a newer epoch confirms',
    [
      [all, id(7)],
      [all, id(1, 2)],
    ],
    false,
  ],
  [
    'a generation of an older epoch begins anew',
    [
      [all, id(7)],
      [all, id(9, 0)],
    ],
    true,
  ],
  [
    'a later generation that deletes less confirms what it still deletes',
    [
      [all, id(7)],
      [most, id(8)],
    ],
    false,
  ],
  [
    'a later generation that deletes more begins anew',
    [
      [most, id(7)],
      [all, id(8)],
    ],
    true,
  ],
  [
    'and is confirmed by the one after it',
    [
      [most, id(7)],
      [all, id(8)],
      [all, id(9)],
    ],
    false,
  ],
  [
    'a generation without the deletions in between begins anew',
    [
      [all, id(7)],
      [[], id(8)],
      [all, id(9)],
    ],
    true,
  ],
  [
    'a generation that comes 1 ms too soon does not confirm',
    [
      [all, id(7), 100],
      [all, id(8), 129],
    ],
    true,
  ],
  [
    'one that came too soon does not confirm later either',
    [
      [all, id(7), 100],
      [all, id(8), 129],
      [all, id(8), 200],
    ],
    true,
  ],
  [
    'the one after it does, for the time counts from the first',
    [
      [all, id(7), 100],
      [all, id(8), 129],
      [all, id(9), 130],
    ],
    false,
  ],
  [
    'where more is deleted the time counts anew',
    [
      [most, id(7), 100],
      [all, id(8), 120],
      [all, id(9), 149],
    ],
    true,
  ],
  [
    'what was confirmed stays so while it is carried out',
    [
      [all, id(7)],
      [all, id(8)],
      [most, id(8)],
    ],
    false,
  ],
];

describe('a hold of the guard', () => {
  it.each(reviews)('%s', (_title, said, waiting) => {
    expect(waitingHolds(reviewed(...said)).length > 0).toBe(waiting);
  });

  it('keeps back the deletions of its class and nothing else', () => {
    const local = treeOf(
      new Map([...rules(5), ...many('etc/lists', 3), ...many('etc/rules/sub', 1), ['etc/client.keys', 'k']]),
    );
    const target = treeOf(
      new Map([...many('etc/lists', 2, 'new'), ['etc/rules/added', 'a'] as const, ['etc/client.keys', ''] as const]),
    );
    const changes = diffTrees(local, target);
    const allowed = allowedChanges(
      changes,
      reviewHolds(new Map(), suspectsOf(local, changes, limits), { id: id(7), at: 0 }, 30),
      limits.classes,
    );
    expect(allowed.put.map(({ path }) => path)).toEqual(['etc/lists/f0', 'etc/lists/f1', 'etc/rules/added']);
    expect(allowed.remove).toEqual(['etc/lists/f2']);
    expect(allowed.removeDirectories).toEqual([]);
  });

  it('says in plain words what it waits for', () => {
    expect(waitingHolds(reviewed([all, id(7)])).map(holdWords)).toEqual([
      "The master's generation 7 would delete 8 of 8 files below etc/rules; waiting for a second generation that says the same",
    ]);
    const emptied = suspects(keys('001 a any k'), keys(''));
    expect(holdWords(reviewed([emptied, id(3)]).get('etc/client.keys')!)).toBe(
      "The master's generation 3 would empty etc/client.keys; waiting for a second generation that says the same",
    );
  });
});
