import { decide } from '../src/decide.ts';
import type { IntegrityEvent, IntegrityMessage } from '../src/index.ts';
import { type Effect, type IntegrityConfig, initialState, integrityDefaults, type Own } from '../src/state.ts';
import { viewOf } from '../src/view.ts';
import { scanOf, treeOf, unreadable } from './scans.ts';

type Step = readonly [at: number, message: IntegrityMessage | Own];
type Role = IntegrityConfig['role'];

/** The state after `steps`, and the effects of the last of them, without those that only set the timer. */
function run(role: Role, steps: readonly Step[]) {
  const config: IntegrityConfig = { ...integrityDefaults, role };
  let state = initialState(role, 0);
  let effects: readonly Effect[] = [];
  for (const [at, message] of steps) ({ state, effects } = decide(state, message, at, config));
  return {
    state,
    effects: effects.filter(({ type }) => type !== 'wake'),
    view: viewOf(state, config, steps.at(-1)?.[0] ?? 0),
  };
}

const words = (effects: readonly Effect[]): readonly string[] =>
  effects.map((effect) => {
    if (effect.type === 'scan') return `scan ${effect.extent === 'all' ? 'all' : [...effect.extent].join(' ')}`;
    if (effect.type === 'watch') return `watch ${effect.directories.join(' ')}`;
    return effect.type === 'report' ? eventWords(effect.event) : effect.type;
  });

function eventWords(event: IntegrityEvent): string {
  if (event.type === 'generation') return `generation ${event.generation.id.epoch}.${event.generation.id.generation}`;
  return event.type === 'local-tree'
    ? `local-tree ${event.tree.files} [${event.marks.join()}]`
    : `status ${event.state}`;
}

const begin: Own = { type: 'begin' };
const wake: Own = { type: 'wake' };
const epoch: Own = { type: 'epoch-known', epoch: 4 };
const scanned = (files: Record<string, string>, more = {}): Own => ({ type: 'scanned', result: scanOf(files, more) });
const failed: Own = { type: 'scan-failed', text: 'the disk is gone' };
const dirty = (...directories: string[]): IntegrityMessage => ({ type: 'dirty', directories });
const touched = (mark: number, ...directories: string[]): IntegrityMessage => ({ type: 'touched', directories, mark });
const confirm = (generation: number): IntegrityMessage => ({
  type: 'confirm-generation',
  id: { epoch: 4, generation },
});
const one = { 'etc/rules/a': '1' };
const two = { 'etc/rules/a': '2' };

/** A master that published generation 1 at 20 ms, and looked again at what it began to watch at 70 ms. */
const published: readonly Step[] = [
  [0, begin],
  [5, epoch],
  [20, scanned(one)],
  [70, wake],
  [80, scanned(one)],
];
/** A worker that told its tree at 20 ms, likewise. */
const told: readonly Step[] = [
  [0, begin],
  [20, scanned(one)],
  [70, wake],
  [80, scanned(one)],
];

const cases: readonly [title: string, role: Role, steps: readonly Step[], last: readonly string[]][] = [
  ['a master learns its epoch before anything else', 'master', [[0, begin]], ['learn-epoch', 'status starting']],
  [
    'and scans all once it knows it',
    'master',
    [
      [0, begin],
      [5, epoch],
    ],
    ['scan all'],
  ],
  ['a worker scans all at once', 'worker', [[0, begin]], ['scan all', 'status starting']],
  [
    'the first whole scan is generation 1',
    'master',
    published.slice(0, 3),
    ['watch etc/rules', 'generation 4.1', 'status in-sync'],
  ],
  ['a directory is looked at again after its watch began', 'master', published.slice(0, 4), ['scan etc/rules']],
  ['an unchanged tree is no new generation', 'master', published, []],
  ['a hint waits 49 ms for others', 'master', [...published, [100, dirty('etc/rules')], [149, wake]], []],
  [
    'and is scanned at 50 ms with those that came',
    'master',
    [...published, [100, dirty('etc/rules')], [140, dirty('etc/lists')], [150, wake]],
    ['scan etc/rules etc/lists'],
  ],
  [
    'a hint during a scan is scanned next',
    'master',
    [...published, [100, dirty('etc/rules')], [150, wake], [160, dirty('etc/lists')], [220, scanned(two)]],
    ['generation 4.2', 'scan etc/lists', 'save-cache', 'status in-sync'],
  ],
  [
    'a changed tree is the next generation',
    'master',
    [...published, [100, dirty('etc/rules')], [150, wake], [170, scanned(two)]],
    ['generation 4.2', 'save-cache', 'status in-sync'],
  ],
  ['everything is scanned anew at its time', 'master', [...published, [300_020, wake]], ['scan all']],
  ['and not 1 ms sooner', 'master', [...published, [300_019, wake]], []],
  [
    'without watches everything is polled',
    'master',
    [...published, [100, { type: 'watch-exhausted' }], [5_100, wake]],
    ['scan all'],
  ],
  [
    'a tree that cannot be read whole is not published',
    'master',
    [...published, [100, dirty('etc/rules')], [150, wake], [170, scanned({}, { problems: [unreadable] })]],
    ['save-cache', 'status held'],
  ],
  [
    'and is read again after 3 s',
    'master',
    [
      ...published,
      [100, dirty('etc/rules')],
      [150, wake],
      [170, scanned({}, { problems: [unreadable] })],
      [3_170, wake],
    ],
    ['scan all'],
  ],
  [
    'or at the next hint',
    'master',
    [
      ...published,
      [100, dirty('etc/rules')],
      [150, wake],
      [170, scanned({}, { problems: [unreadable] })],
      [200, dirty('etc/rules')],
      [250, wake],
    ],
    ['scan etc/rules'],
  ],
  [
    'the first scan of a master publishes nothing when part cannot be read',
    'master',
    [
      [0, begin],
      [5, epoch],
      [20, scanned({}, { problems: [unreadable] })],
    ],
    ['watch etc/rules', 'status held'],
  ],
  [
    'what is held but left out does not keep a tree back',
    'master',
    [
      [0, begin],
      [5, epoch],
      [20, scanned(one, { problems: [{ ...unreadable, effect: 'held', code: 'too-large' }] })],
    ],
    ['watch etc/rules', 'generation 4.1', 'status in-sync'],
  ],
  [
    'a scan that fails is seen',
    'master',
    [
      [0, begin],
      [5, epoch],
      [20, failed],
    ],
    ['status failing'],
  ],
  [
    'and tried again after 1 s',
    'master',
    [
      [0, begin],
      [5, epoch],
      [20, failed],
      [1_020, wake],
    ],
    ['scan all'],
  ],
  [
    'and not 1 ms sooner',
    'master',
    [
      [0, begin],
      [5, epoch],
      [20, failed],
      [1_019, wake],
    ],
    [],
  ],
  [
    'an epoch that cannot be written down is seen',
    'master',
    [
      [0, begin],
      [5, { type: 'epoch-failed', text: 'no space' }],
    ],
    ['status failing'],
  ],
  [
    'and tried again after 1 s',
    'master',
    [
      [0, begin],
      [5, { type: 'epoch-failed', text: 'no space' }],
      [1_005, wake],
    ],
    ['learn-epoch'],
  ],
  [
    "a guard's question is answered by a scan of all, after a while",
    'master',
    [...published, [1_000, confirm(1)], [6_000, wake]],
    ['scan all'],
  ],
  ['and not 1 ms sooner', 'master', [...published, [1_000, confirm(1)], [5_999, wake]], []],
  [
    'the same tree is then a new generation',
    'master',
    [...published, [1_000, confirm(1)], [6_000, wake], [6_010, scanned(one)]],
    ['generation 4.2', 'status in-sync'],
  ],
  [
    'a scan that began before the question was due does not answer it',
    'master',
    [...published, [1_000, confirm(1)], [5_900, dirty('etc/rules')], [5_950, wake], [6_010, scanned(one)]],
    ['scan all'],
  ],
  [
    'two questions of one generation have one answer',
    'master',
    [...published, [1_000, confirm(1)], [1_500, confirm(1)], [6_000, wake], [6_010, scanned(one)], [7_000, wake]],
    [],
  ],
  [
    'a question of an older generation is answered already',
    'master',
    [...published, [100, dirty('etc/rules')], [150, wake], [170, scanned(two)], [200, confirm(1)], [9_000, wake]],
    [],
  ],
  [
    'a newer generation is an answer: the question is forgotten with it',
    'master',
    [
      ...published,
      [1_000, confirm(1)],
      [1_100, dirty('etc/rules')],
      [1_150, wake],
      [1_160, scanned(two)],
      [6_000, wake],
    ],
    [],
  ],
  [
    'a question that meets an unreadable tree is not asked of the disk without a pause',
    'master',
    [...published, [1_000, confirm(1)], [6_000, wake], [6_010, scanned({}, { problems: [unreadable] })]],
    ['save-cache', 'status held'],
  ],
  [
    'but again after a while',
    'master',
    [
      ...published,
      [1_000, confirm(1)],
      [6_000, wake],
      [6_010, scanned({}, { problems: [unreadable] })],
      [9_010, wake],
      [9_020, scanned(one)],
    ],
    ['generation 4.2', 'status in-sync'],
  ],
  ['a worker does not answer guards', 'worker', [...told, [100, confirm(0)], [9_000, wake]], []],
  [
    'a worker tells its first tree',
    'worker',
    told.slice(0, 2),
    ['watch etc/rules', 'local-tree 1 []', 'status in-sync'],
  ],
  ['an unchanged tree is not told again', 'worker', told, []],
  [
    'a changed mode is told',
    'worker',
    [...told, [100, dirty('etc/rules')], [150, wake], [170, scanned(one, { modeDrift: ['etc/rules/a'] })]],
    ['local-tree 1 []'],
  ],
  [
    'a tree that cannot be read whole is told with its problem',
    'worker',
    [...told, [100, dirty('etc/rules')], [150, wake], [170, scanned({}, { problems: [unreadable] })]],
    ['local-tree 0 []', 'save-cache', 'status in-sync'],
  ],
  [
    'what we wrote ourselves is scanned at once',
    'worker',
    [...told, [100, touched(7, 'etc/rules')]],
    ['scan etc/rules'],
  ],
  [
    'and told with its mark, also when nothing changed',
    'worker',
    [...told, [100, touched(7, 'etc/rules')], [110, scanned(one)]],
    ['local-tree 1 [7]'],
  ],
  [
    'a scan that began before we wrote does not bear the mark',
    'worker',
    [...told, [100, touched(7, 'etc/rules')], [105, touched(8, 'etc/rules')], [110, scanned(one)]],
    ['local-tree 1 [7]', 'scan etc/rules'],
  ],
  [
    'marks outlive a scan that fails',
    'worker',
    [...told, [100, touched(7, 'etc/rules')], [110, failed], [1_110, wake], [1_120, scanned(one)]],
    ['local-tree 1 [7]', 'status in-sync'],
  ],
  [
    'a new directory is watched, and looked at again',
    'worker',
    [
      ...told,
      [100, touched(7, 'etc')],
      [110, scanned(one, { directories: ['etc/rules', 'etc/rules/new'] })],
      [160, wake],
    ],
    ['scan etc/rules/new'],
  ],
  [
    'the digest cache is saved when something was hashed',
    'worker',
    [
      [0, begin],
      [20, scanned(one, { hashed: 1 })],
    ],
    ['watch etc/rules', 'local-tree 1 []', 'save-cache', 'status in-sync'],
  ],
  [
    'it is saved when another tree was found without reading, as after this node wrote it',
    'worker',
    [
      [0, begin],
      [20, scanned(one)],
      [30, touched(7, 'etc')],
      [40, scanned(two)],
    ],
    ['local-tree 1 [7]', 'save-cache'],
  ],
  [
    'and then not for 30 s',
    'worker',
    [
      [0, begin],
      [20, scanned(one, { hashed: 1 })],
      [70, wake],
      [80, scanned(two, { hashed: 1 })],
    ],
    ['local-tree 1 []'],
  ],
];

describe('integrity decides', () => {
  it.each(cases)('%s', (_title, role, steps, last) => {
    // The status is told only when it changed; on a master it changes with the generation.
    expect(words(run(role, steps).effects)).toEqual(last);
  });

  it('names in a generation what changed since the one before', () => {
    const { effects } = run('master', [
      ...published,
      [100, dirty('etc/rules')],
      [150, wake],
      [170, scanned({ 'etc/rules/b': '2' })],
    ]);
    expect(effects[0]).toMatchObject({
      type: 'report',
      event: {
        generation: {
          since: {
            base: { epoch: 4, generation: 1 },
            changes: { put: [{ path: 'etc/rules/b' }], remove: ['etc/rules/a'] },
          },
        },
      },
    });
  });

  it('names what became held as gone from the tree, so that the changes make the very tree', () => {
    const tree = treeOf({}, ['etc/rules/a']);
    const { effects } = run('master', [
      ...published,
      [100, dirty('etc/rules')],
      [150, wake],
      [170, scanned({}, { tree })],
    ]);
    expect(effects[0]).toMatchObject({ event: { generation: { since: { changes: { remove: ['etc/rules/a'] } } } } });
  });

  it('says what keeps a tree back and what mends it', () => {
    const { view } = run('master', [
      ...published,
      [100, dirty('etc/rules')],
      [150, wake],
      [170, scanned({}, { problems: [unreadable] })],
    ]);
    expect(view).toMatchObject({
      phase: 'held',
      id: { epoch: 4, generation: 1 },
      files: 1,
      why: 'Generation 1 stays the newest while this tree cannot be read whole, for what cannot be read must not look deleted. etc/rules: the directory cannot be read (EACCES); let the daemon read it.',
    });
  });

  it('says that a guard waits for its answer, when that comes, and what stops it', () => {
    const asked: readonly Step[] = [...published, [1_000, confirm(1)]];
    const note =
      'A worker asked whether the last deletions (generation 1) are meant; everything is scanned again 5 s after that to answer. If they are not, put the files back.';
    expect(run('master', asked).view.why).toBe(`${note} That scan is due in 5 s.`);
    expect(run('master', [...asked, [4_800, wake]]).view.why).toBe(`${note} That scan is due in 2 s.`);
    expect(run('master', [...asked, [6_000, wake]]).view.why).toBe(`${note} That scan runs now.`);
    expect(run('master', asked).effects.at(-1)).toMatchObject({ event: { type: 'status', why: note } });
  });
});
