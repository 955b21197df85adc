import { compareGenerations, type FileTree, type GenerationId } from '@muster/protocol';
import { announcementOf } from '../src/announcement.ts';
import type { LocalTree } from '../src/plan.ts';
import type { ReplicationResult } from '../src/shapes.ts';
import { decide } from '../src/worker/decide.ts';
import type { FileReplicaMessage } from '../src/worker/messages.ts';
import { type Effect, initialState, type Own } from '../src/worker/state.ts';
import { viewOf } from '../src/worker/state-view.ts';
import { localOf, many, treeOf } from './trees.ts';
import { limits } from './world.ts';

type Message = FileReplicaMessage | Own;
type Step = readonly [at: number, message: Message];

/** The effects of the last of `steps`, without the timer's and what is told of comparisons, and the state after it. */
function run(steps: readonly Step[], bounds = limits) {
  let state = initialState({ linked: false, firstMark: 1 }, 0);
  let effects: readonly Effect[] = [];
  for (const [at, message] of steps) ({ state, effects } = decide(state, message, at, bounds));
  return {
    state,
    effects: effects.filter(({ type }) => type !== 'wake' && type !== 'compared'),
    compared: effects.some(({ type }) => type === 'compared'),
    view: viewOf(state, { now: steps.at(-1)?.[0] ?? 0, ...bounds }),
  };
}

const number = (id: GenerationId | undefined): string => (id === undefined ? '-' : `${id.generation}`);

const words = (effects: readonly Effect[]): readonly string[] =>
  effects.map((effect) => {
    switch (effect.type) {
      case 'replicate': {
        const { changes, modeDrift } = effect.plan;
        return `replicate +${changes.put.length} -${changes.remove.length} m${modeDrift.length}`;
      }
      case 'rescan':
        return `rescan ${effect.mark} ${effect.directories === 'all' ? 'all' : effect.directories.join(' ')}`;
      case 'report':
        return `${effect.event.state} holds ${number(effect.event.holds)}`;
      case 'fetch-manifest':
      case 'confirm-generation':
        return `${effect.type} ${number(effect.id)}`;
      default:
        return effect.type;
    }
  });

const files = (...all: [string, string][]): FileTree => treeOf(new Map(all));
const id = (generation: number): GenerationId => ({ epoch: 1, generation });
const announced = (generation: number, tree: FileTree): Message => ({
  type: 'announced',
  generation: announcementOf({ id: id(generation), tree }, false),
});
const fetched = (generation: number, tree: FileTree, root = tree.root): Message => ({
  type: 'fetched',
  id: id(generation),
  root,
  tree,
});
const scanned = (tree: FileTree, mark?: number, more: Partial<LocalTree> = {}): Message => ({
  type: 'local-tree',
  ...localOf(tree),
  ...more,
  marks: mark === undefined ? [] : [mark],
});
const replicated = (result: Partial<ReplicationResult> = {}): Message => ({
  type: 'replicated',
  result: { written: 0, removed: 0, bytes: 0, failures: [], missing: [], ...result },
});
const begin: Message = { type: 'begin' };
const linked: Message = { type: 'linked' };
const unlinked: Message = { type: 'unlinked' };
const wake: Message = { type: 'wake' };
const noSpace: Message = { type: 'replication-failed', code: 'ENOSPC', text: 'The disk is full' };
const rolledForward: Message = { type: 'replication-failed', code: 'ROLLED_FORWARD', text: 'Finished first' };
const fetchFailed: Message = { type: 'fetch-failed', id: id(1), code: 'LINK_CLOSED', text: 'The link closed' };

const empty = files();
const one = files(['etc/rules/a', '1']);
const two = files(['etc/rules/a', '1'], ['etc/rules/b', '2']);
const changed = { path: 'etc/rules/b', code: 'DIGEST_MISMATCH', text: 'other bytes' };
const denied = { path: 'etc/rules/b', code: 'EACCES', text: 'may not be written' };

/** Scanned as empty and linked; generation 1 is announced and its manifest is fetched. */
const asked: readonly Step[] = [
  [0, begin],
  [1, scanned(empty, 1)],
  [2, linked],
  [3, announced(1, two)],
];
/** Generation 1 is being written. */
const writing: readonly Step[] = [...asked, [4, fetched(1, two)]];
/** The second file was another than promised `times` times, and was tried again each time. */
const changing = (times: number): readonly Step[] => [
  ...writing,
  ...[10, 1_020, 3_030, 7_040].slice(0, times).flatMap((at, round): Step[] => [
    [at - 1, wake],
    [at, replicated({ failures: [changed] })],
    [at + 2, scanned(one, round + 2)],
  ]),
];
/** Generation 1 is held. */
const holding: readonly Step[] = [...writing, [10, replicated()], [12, scanned(two, 2)]];
const rules = files(...many('etc/rules', 8));
/** The one file of a directory cannot be written; of the directory alone a scan says nothing. */
const deep = files(['etc/rules/d/x', '1']);
const deeper = files(['etc/rules/d/x', '1'], ['etc/rules/d/y', '2']);
const waitingBelow: readonly Step[] = [
  ...asked.slice(0, 3),
  [3, announced(1, deep)],
  [4, fetched(1, deep)],
  [10, replicated({ failures: [{ ...denied, path: 'etc/rules/d/x' }] })],
  [12, scanned(empty, 2)],
];
/** Eight files are held; generation 2 would delete them all. */
const guarded: readonly Step[] = [
  [0, begin],
  [1, scanned(rules, 1)],
  [2, linked],
  [3, announced(1, rules)],
  [4, announced(2, empty)],
  [5, fetched(2, empty)],
];

/** Generation 2 has nine others in the place of the eight, and those are being written. */
const others = files(...many('etc/rules/new', 9));
const exchanged: readonly Step[] = [...guarded.slice(0, 4), [4, announced(2, others)], [5, fetched(2, others)]];

const cases: readonly [title: string, steps: readonly Step[], last: readonly string[]][] = [
  ['a fresh replica has the whole disk scanned', [[0, begin]], ['rescan 1 all', 'starting holds -']],
  ['it asks for the manifest of the generation announced', asked, ['fetch-manifest 1', 'syncing holds -']],
  [
    'it needs no manifest for what its disk holds already',
    [
      [0, begin],
      [1, scanned(two, 1)],
      [2, linked],
      [3, announced(1, two)],
    ],
    ['in-sync holds 1'],
  ],
  ['it writes what its disk lacks', writing, ['syncing holds -', 'replicate +2 -0 m0']],
  [
    'after writing it has the touched directories scanned',
    [...writing, [10, replicated()]],
    ['rescan 2 etc/rules', 'syncing holds -'],
  ],
  ['it holds a generation once the scan says so', holding, ['in-sync holds 1']],
  [
    'a scan that began before the writing ended says nothing',
    [...writing, [10, replicated()], [12, scanned(empty)]],
    [],
  ],
  ['nor one during the writing', [...writing, [6, scanned(empty)]], []],
  [
    'a scan that was asked for and got lost is asked for again after 10 s',
    [...writing, [10, replicated()], [10_010, wake]],
    ['rescan 2 etc/rules'],
  ],
  ['and not 1 ms sooner', [...writing, [10, replicated()], [10_009, wake]], []],
  [
    'a file edited on the worker is put back',
    [...holding, [50, scanned(files(['etc/rules/a', 'X'], ['etc/rules/b', '2']))]],
    ['syncing holds -', 'replicate +1 -0 m0'],
  ],
  [
    'a file added on the worker is removed',
    [...holding, [50, scanned(files(['etc/rules/a', '1'], ['etc/rules/b', '2'], ['etc/rules/c', '3']))]],
    ['syncing holds -', 'replicate +0 -1 m0'],
  ],
  [
    'a file deleted on the worker comes back',
    [...holding, [50, scanned(one)]],
    ['syncing holds -', 'replicate +1 -0 m0'],
  ],
  [
    'a mode changed on the worker is mended',
    [...holding, [50, scanned(two, undefined, { modeDrift: ['etc/rules/a'] })]],
    ['syncing holds -', 'replicate +0 -0 m1'],
  ],
  [
    'staged files of a run that ended are cleared away',
    [...holding, [50, scanned(two, undefined, { leftovers: ['etc/rules/.a.tmp'] })]],
    ['syncing holds -', 'replicate +0 -0 m0'],
  ],
  ['a newer generation while one is written waits', [...writing, [6, announced(2, one)]], ['fetch-manifest 2']],
  [
    'and is taken up from what was written',
    [...writing, [6, announced(2, one)], [7, fetched(2, one)], [10, replicated()], [12, scanned(two, 2)]],
    ['syncing holds -', 'replicate +0 -1 m0'],
  ],
  ['an older generation on the same link is ignored', [...holding, [50, announced(0, empty)]], []],
  [
    'the first word on a new link counts, whatever its number',
    [...holding, [50, unlinked], [51, linked], [52, announced(0, one)]],
    ['fetch-manifest 0', 'syncing holds 1'],
  ],
  [
    'a manifest that is not the announced one is fetched once more',
    [...asked, [4, fetched(1, one, two.root)]],
    ['fetch-manifest 1'],
  ],
  [
    'then the node is failing',
    [...asked, [4, fetched(1, one, two.root)], [5, fetched(1, one, two.root)]],
    ['failing holds -'],
  ],
  [
    'and it is fetched again after 1 s',
    [...asked, [4, fetched(1, one, two.root)], [5, fetched(1, one, two.root)], [1_005, wake]],
    ['fetch-manifest 1'],
  ],
  ['a manifest that got lost is fetched again', [...asked, [4, fetchFailed]], ['fetch-manifest 1']],
  ['a lost link leaves what was written', [...writing, [6, unlinked]], ['syncing holds -']],
  [
    'and nothing is written without it',
    [...writing, [6, unlinked], [7, noSpace], [8, scanned(one, 2)]],
    ['syncing holds -'],
  ],
  [
    'it goes on when the link is back',
    [...writing, [6, unlinked], [7, noSpace], [8, scanned(one, 2)], [60, linked]],
    ['syncing holds -', 'replicate +1 -0 m0'],
  ],
  [
    'a master that has announced nothing on a new link is not known to have what is held here',
    [...holding, [50, unlinked], [51, linked]],
    ['syncing holds 1'],
  ],
  [
    'and when it announces the same again, that is held at once',
    [...holding, [50, unlinked], [51, linked], [52, announced(1, two)]],
    ['in-sync holds 1'],
  ],
  ['drift without a link ends the hold at once', [...holding, [50, unlinked], [60, scanned(one)]], ['syncing holds -']],
  ['a full disk is a failing node', [...writing, [10, noSpace]], ['rescan 2 etc/rules', 'failing holds -']],
  [
    'that tries again after 1 s',
    [...writing, [10, noSpace], [12, scanned(empty, 2)], [1_010, wake]],
    ['replicate +2 -0 m0'],
  ],
  ['and not 1 ms sooner', [...writing, [10, noSpace], [12, scanned(empty, 2)], [1_009, wake]], []],
  [
    'a transaction that was finished first makes the plan anew, from a scan of all, without a wait',
    [...writing, [10, rolledForward], [12, scanned(one, 2)]],
    ['syncing holds -', 'replicate +1 -0 m0'],
  ],
  ['and that scan is of all', [...writing, [10, rolledForward]], ['rescan 2 all', 'syncing holds -']],
  [
    'one file that cannot be written is a failing node',
    [...writing, [10, replicated({ failures: [denied] })]],
    ['rescan 2 etc/rules', 'failing holds -'],
  ],
  [
    'it is tried again after 1 s',
    [...writing, [10, replicated({ failures: [denied] })], [12, scanned(one, 2)], [1_010, wake]],
    ['replicate +1 -0 m0'],
  ],
  [
    'and not 1 ms sooner',
    [...writing, [10, replicated({ failures: [denied] })], [12, scanned(one, 2)], [1_009, wake]],
    [],
  ],
  [
    'other files are not kept waiting by it',
    [
      ...writing,
      [10, replicated({ failures: [denied] })],
      [12, scanned(one, 2)],
      [50, scanned(files(['etc/rules/a', 'X']))],
    ],
    ['replicate +1 -0 m0'],
  ],
  ['nor is the directory made alone, again and again, of which every file waits', waitingBelow, []],
  [
    'missing content is asked for at once from a newer generation',
    [...writing, [10, replicated({ missing: ['etc/rules/b'] })], [12, scanned(one, 2)], [20, announced(2, two)]],
    ['syncing holds -', 'replicate +1 -0 m0'],
  ],
  [
    'content of another digest too',
    [...writing, [10, replicated({ failures: [changed] })], [12, scanned(one, 2)], [20, announced(2, two)]],
    ['syncing holds -', 'replicate +1 -0 m0'],
  ],
  [
    'content that changed while it was sent is no failure',
    [...changing(3), [7_039, wake]],
    ['syncing holds -', 'replicate +1 -0 m0'],
  ],
  ['a mass deletion is held, and the master is asked', guarded, ['confirm-generation 2', 'held holds -']],
  ['and asked again after 10 s', [...guarded, [10_005, wake]], ['confirm-generation 2']],
  ['and not 1 ms sooner', [...guarded, [10_004, wake]], []],
  [
    'a second generation that says the same lets it through',
    [...guarded, [100, announced(3, empty)]],
    ['syncing holds -', 'replicate +0 -8 m0'],
  ],
  ['a later generation without it needs no deletion', [...guarded, [100, announced(3, rules)]], ['in-sync holds 3']],
  [
    'what is not a deletion goes through meanwhile',
    [...guarded.slice(0, 4), [4, announced(2, one)], [5, fetched(2, one)]],
    ['held holds -', 'replicate +1 -0 m0', 'confirm-generation 2'],
  ],
  [
    'and what came meanwhile does not make the deletion a small one',
    [...exchanged, [10, replicated()], [12, scanned(files(...many('etc/rules', 8), ...many('etc/rules/new', 9)), 2)]],
    ['held holds -'],
  ],
  [
    'until a second generation says the same',
    [
      ...exchanged,
      [10, replicated()],
      [12, scanned(files(...many('etc/rules', 8), ...many('etc/rules/new', 9)), 2)],
      [100, announced(3, others)],
    ],
    ['syncing holds -', 'replicate +0 -8 m0'],
  ],
  [
    'a directory that cannot be read keeps a generation from being held',
    [
      ...holding,
      [
        50,
        scanned(two, undefined, {
          problems: [{ path: 'etc/lists', effect: 'blocking', code: 'unreadable-directory', text: 'cannot be read' }],
        }),
      ],
    ],
    ['failing holds -'],
  ],
  [
    'a directory that is missing and empty on the master does not',
    [
      ...holding,
      [
        50,
        scanned(two, undefined, {
          problems: [{ path: 'etc/x', effect: 'blocking', code: 'missing-directory', text: 'is missing' }],
        }),
      ],
    ],
    [],
  ],
];

describe('the replica decides', () => {
  it('calls it a failure when a file was another than promised four times in a row, not before', () => {
    expect(run(changing(3)).view).toMatchObject({ failureCount: 0, failures: [] });
    expect(run(changing(4)).view).toMatchObject({ failureCount: 1, failures: [changed] });
  });

  it('says how long a hold lasts at least', () => {
    const { guard } = run([...guarded, [1_000, wake]], { ...limits, confirmAfterMs: 30_000 }).view;
    expect(guard).toMatchObject([{ confirmAfterMs: 30_000, confirmInMs: 29_005 }]);
  });

  it.each(cases)('%s', (_title, steps, last) => {
    expect(words(run(steps).effects)).toEqual(last);
  });

  it('makes a directory for the one of its files that need not wait', () => {
    const { effects } = run([...waitingBelow, [20, announced(2, deeper)], [21, fetched(2, deeper)]]);
    const plans = effects.flatMap((effect) => (effect.type === 'replicate' ? [effect.plan.changes] : []));
    expect(plans).toMatchObject([{ put: [{ path: 'etc/rules/d/y' }], makeDirectories: ['etc/rules/d'] }]);
  });

  it('leaves a file alone for the rest of a minute once it was repaired ten times, and says who is to blame', () => {
    const repair = (round: number): readonly Step[] => [
      [round * 1_000, scanned(files(['etc/rules/a', `X${round}`], ['etc/rules/b', '2']))],
      [round * 1_000 + 5, replicated()],
      [round * 1_000 + 9, scanned(two, round + 2)],
    ];
    const ten = Array.from({ length: 10 }, (_, index) => repair(index + 1)).flat();
    expect(words(run([...holding, ...ten]).effects)).toEqual(['in-sync holds 1']);
    const eleventh: Step = [11_000, scanned(files(['etc/rules/a', 'X'], ['etc/rules/b', '2']))];
    const rested = run([...holding, ...ten, eleventh]);
    expect(words(rested.effects)).toEqual(['failing holds -']);
    expect(rested.view.failures).toMatchObject([{ path: 'etc/rules/a', code: 'CONTESTED' }]);
    expect(words(run([...holding, ...ten, eleventh, [61_004, wake]]).effects)).toEqual([]);
    expect(words(run([...holding, ...ten, eleventh, [61_005, wake]]).effects)).toContain('replicate +1 -0 m0');
  });

  /** Eight files are held; generation 2 takes three of them (allowed), generation 3 two more, `later` ms after. */
  const bitByBit = (later: number): readonly Step[] => {
    const [five, three] = [5, 3].map((count) => files(...many('etc/rules', count))) as [FileTree, FileTree];
    return [
      ...guarded.slice(0, 4),
      [4, announced(2, five)],
      [5, fetched(2, five)],
      [10, replicated()],
      [12, scanned(five, 2)],
      [10 + later, announced(3, three)],
      [10 + later, fetched(3, three)],
    ];
  };

  it('keeps one tree in memory, not two, when its disk holds what it should', () => {
    const same = files(['etc/rules/a', '1'], ['etc/rules/b', '2']);
    const { state } = run([...writing, [10, replicated()], [12, scanned(same, 2)]]);
    expect(state.target?.tree).toBe(same);
    expect(run([...writing, [10, replicated()], [12, scanned(same, 2)], [13, announced(1, two)]]).effects).toEqual([]);
  });

  it('holds a tree that empties bit by bit', () => {
    expect(words(run(bitByBit(59_999)).effects)).toEqual(['confirm-generation 3', 'held holds -']);
  });

  it('does not hold a file that comes and goes, again and again', () => {
    const [one, feed] = [files(...many('etc/rules', 1)), files(...many('etc/rules', 1), ['etc/rules/feed.new', 'x'])];
    const change = (index: number): readonly Step[] => {
      const [at, tree] = [index * 4_000, index % 2 === 0 ? one : feed];
      return [
        [at, announced(index + 2, tree)],
        [at + 1, fetched(index + 2, tree)],
        [at + 2, replicated()],
        [at + 3, scanned(tree, index + 1)],
      ];
    };
    const begun: readonly Step[] = [
      [0, begin],
      [1, scanned(one, 1)],
      [2, linked],
      [3, announced(1, one)],
    ];
    const told = Array.from({ length: 40 }, (_, index) => {
      const steps = Array.from({ length: index + 1 }, (_each, at) => change(at + 1)).flat();
      return words(run([...begun, ...steps]).effects).at(-1);
    });
    expect(told).toEqual(told.map((_each, index) => `in-sync holds ${index + 3}`));
  });

  it('does not count what was deleted a minute ago', () => {
    expect(words(run(bitByBit(60_000)).effects)).toEqual(['syncing holds -', 'replicate +0 -2 m0']);
  });

  it('asks the master once more when another change came before the deletion could be confirmed', () => {
    const patient = { ...limits, confirmAfterMs: 1_000 };
    const early = run([...guarded, [1_003, announced(3, empty)]], patient);
    expect(words(early.effects)).toEqual(['confirm-generation 3']);
    const asked = run([...guarded, [1_003, announced(3, empty)], [1_005, announced(4, empty)]], patient);
    expect(words(asked.effects)).toEqual(['syncing holds -', 'replicate +0 -8 m0']);
  });

  it('follows the master through changes without fetching a manifest', () => {
    const since = {
      base: id(1),
      changes: { put: [], remove: ['etc/rules/b'], makeDirectories: [], removeDirectories: [] },
    };
    const generation = announcementOf({ id: id(2), tree: one, since }, true);
    const { effects, state } = run([...holding, [50, { type: 'announced', generation }]]);
    expect(words(effects)).toEqual(['syncing holds -', 'replicate +0 -1 m0']);
    expect(compareGenerations(state.target!.id, id(2))).toBe(0);
  });
});

const comparisons: readonly [title: string, steps: readonly Step[], told: boolean][] = [
  ['a scan before the master said anything is compared with nothing', asked.slice(0, 2), false],
  ['nor is one while the list of files is on its way', asked, false],
  ['the list of files makes it a comparison', writing, true],
  ['a scan after files were written is one', holding, true],
  ['a scan amid what is written is none', [...writing, [5, scanned(one)]], false],
  ['the same generation said once more is none', [...holding, [50, announced(1, two)]], false],
  ['drift is one', [...holding, [50, scanned(one)]], true],
  ['a scan that finds nothing new, but was told, is one', [...holding, [50, scanned(two)]], true],
  ['without a link nothing is compared with the newest', [...holding, [50, unlinked], [51, scanned(two)]], false],
  ['nor before the master has spoken on a new link', [...holding, [50, unlinked], [51, linked]], false],
  [
    'what the master says first on a new link is compared, though it is as before',
    [...holding, [50, unlinked], [51, linked], [52, announced(1, two)]],
    true,
  ],
  ['a newer generation of the same files is one', [...holding, [50, announced(2, two)]], true],
];

describe('a comparison of the disk with the newest generation is told once', () => {
  it.each(comparisons)('%s', (_title, steps, told) => {
    expect(run(steps).compared).toBe(told);
  });
});
