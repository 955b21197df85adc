import { diffTrees, type GenerationId } from '@muster/protocol';
import { classOf } from '../src/classes.ts';
import { allowedChanges, type Holds, holdWords, reviewHolds, suspectsOf, waitingHolds } from '../src/guard.ts';
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

/** A client.keys of so many bytes. */
const bytes = (count: number): Files => keys('k'.repeat(count));
const emptied = (count: number): Files => many('etc/rules', count, '');

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
  ['client.keys that shrinks to 19 bytes is held', bytes(21), bytes(19), ['etc/client.keys keys-shrunk']],
  ['client.keys that shrinks to 20 bytes is not', bytes(99), bytes(20), []],
  ['client.keys of line ends alone is held', bytes(99), keys('\n\n'), ['etc/client.keys keys-shrunk']],
  ['client.keys of 99 bytes may lose more than half', bytes(99), bytes(48), []],
  ['client.keys of 100 bytes may lose half', bytes(100), bytes(50), []],
  ['client.keys of 100 bytes that loses 51 is held', bytes(100), bytes(49), ['etc/client.keys keys-shrunk']],
  ['client.keys that grows is not held, however small', bytes(5), bytes(6), []],
  ['a small client.keys that changes is not held', keys('01234'), keys('abcde'), []],
  ['all files of a class that lose all their bytes are held', rules(2), emptied(2), ['etc/rules empties']],
  [
    'four of five files that lose all their bytes are held',
    rules(5),
    [...emptied(4), ['etc/rules/f4', 'x']],
    ['etc/rules deletes-many'],
  ],
  ['three of four may lose them', rules(4), [...emptied(3), ['etc/rules/f3', 'x']], []],
  [
    'truncations and deletions count together',
    rules(7),
    [...emptied(2), ...rules(5).slice(2)],
    ['etc/rules deletes-many'],
  ],
  ['an empty file that is added or stays is no truncation', emptied(5), emptied(9), []],
  ['an empty client.keys may vanish', keys(''), [], []],
  ['an empty client.keys may stay empty', keys(''), keys(''), []],
  ['what is only added or changed is never held', rules(3), many('etc/rules', 9, 'y'), []],
];

describe('the guard against mass deletion', () => {
  it.each(cases)('%s', (_title, before, after, held) => {
    expect(suspects(before, after).map(({ key, kind }) => `${key} ${kind}`)).toEqual(held);
  });

  describe('once it holds four of six files', () => {
    const held = reviewHolds(new Map(), suspects(rules(6), rules(2)), { id: id(7), at: 0 }, 30);
    /** With so many files beside the six, of which `left` and those beside are to stay, save the first `going`. */
    const then = (left: number, beside: number, going = 0) => {
      const others = many('etc/rules/new', beside);
      const local = treeOf(new Map([...rules(6), ...others]));
      const target = treeOf(new Map([...rules(6).slice(0, left), ...others.slice(going)]));
      return suspectsOf(local, diffTrees(local, target), limits, [], held);
    };

    it('still does, however many come', () => {
      expect(then(2, 100)).toEqual(suspects(rules(6), rules(2)));
    });

    it('holds what else would go with them', () => {
      expect(then(2, 100, 3)).toMatchObject([{ of: 9, paths: { size: 7 } }]);
    });

    it('lets go when half of them are back', () => {
      expect(then(4, 100)).toEqual([]);
    });

    it('measures what has nothing to do with them by all that is there', () => {
      expect(then(6, 10, 8)).toEqual([]);
      expect(then(6, 10, 9)).toMatchObject([{ of: 16, paths: { size: 9 } }]);
    });
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
    'what a generation in between did not delete was not said twice',
    [
      [all, id(7), 100],
      [most, id(8), 110],
      [all, id(9), 140],
    ],
    true,
  ],
  [
    'what all of them deleted was',
    [
      [all, id(7), 100],
      [most, id(8), 110],
      [most, id(9), 130],
    ],
    false,
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

describe('a client.keys that this node cannot see', () => {
  const unseen = (to: string, own: Files = [], keysUnseen = true) => {
    const local = treeOf(new Map(own));
    const changes = diffTrees(local, treeOf(new Map(keys(to))));
    return suspectsOf(local, changes, limits, [], new Map(), keysUnseen).map(({ kind }) => kind);
  };

  it('is not emptied unasked, for it may hold every agent', () => {
    expect(unseen('')).toEqual(['keys-emptied']);
    expect(unseen('k'.repeat(19))).toEqual(['keys-emptied']);
  });

  it('is replaced by one with keys, and written where there is none', () => {
    expect(unseen('k'.repeat(20))).toEqual([]);
    expect(unseen('', [], false)).toEqual([]);
  });

  it('hides nothing of one that is seen', () => {
    expect(unseen('', bytes(50))).toEqual(['keys-emptied']);
    expect(unseen('', keys(''))).toEqual([]);
  });
});

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

  it('keeps back truncations that are held, and lets through every other content', () => {
    const local = treeOf(new Map(rules(6)));
    const target = treeOf(new Map([...emptied(5), ['etc/rules/f5', 'changed'], ['etc/rules/added', '']]));
    const changes = diffTrees(local, target);
    const holds = reviewHolds(new Map(), suspectsOf(local, changes, limits), { id: id(7), at: 0 }, 30);
    const allowed = allowedChanges(changes, holds, limits.classes);
    expect(allowed.put.map(({ path }) => path)).toEqual(['etc/rules/added', 'etc/rules/f5']);
  });

  it.each([
    ['as much', 30, 0],
    ['less', 31, 0],
    ['more', 29, 1],
    ['all', 0, 1],
  ])('on a client.keys that shrinks is confirmed where the second takes %s: %d bytes left', (_much, left, waiting) => {
    const first = suspects(bytes(812), bytes(30));
    const second = suspects(bytes(812), left === 0 ? [] : bytes(left));
    expect(waitingHolds(reviewed([first, id(7)], [second, id(8)]))).toHaveLength(waiting);
  });

  it('keeps back a client.keys that shrinks', () => {
    const [local, target] = [treeOf(new Map(bytes(812))), treeOf(new Map(bytes(30)))];
    const changes = diffTrees(local, target);
    const holds = reviewHolds(new Map(), suspectsOf(local, changes, limits), { id: id(7), at: 0 }, 30);
    expect(allowedChanges(changes, holds, limits.classes).put).toEqual([]);
  });

  const sentences: readonly [deed: string, before: Files, after: Files][] = [
    ['shrink etc/client.keys from 812 to 30 bytes', bytes(812), bytes(30)],
    ['empty 5 of 5 files below etc/rules', rules(5), emptied(5)],
    ['delete 3 and empty 2 of 6 files below etc/rules', rules(6), [...emptied(2), ['etc/rules/f2', 'x']]],
  ];

  it.each(sentences)('says that it would %s', (deed, before, after) => {
    expect(waitingHolds(reviewed([suspects(before, after), id(3)])).map(holdWords)).toEqual([
      `The master's generation 3 would ${deed}; waiting for a second generation that says the same`,
    ]);
  });

  it('says what went before it', () => {
    const [suspect] = suspects(rules(8), rules(1));
    expect(holdWords(reviewed([[{ ...suspect!, before: 4 }], id(3)]).get('etc/rules')!)).toContain(
      'would delete 7 of 8 files below etc/rules, after 4 more within the last minute; waiting',
    );
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
