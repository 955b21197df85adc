import type { AgentsTaken, AgentUpdate } from '@muster/protocol';
import { decide } from '../src/worker/decide.ts';
import type { AgentReporterMessage } from '../src/worker/messages.ts';
import {
  type Effect,
  initialState,
  type Own,
  type ReporterLimits,
  reporterDefaults,
  type State,
} from '../src/worker/state.ts';

type Message = AgentReporterMessage | Own;
type Step = readonly [at: number, message: Message];

const limits: ReporterLimits = { ...reporterDefaults, confirmAfterMs: 30_000 };
const update = (id: number, revision = id): AgentUpdate => ({
  ...{ id, revision, seenMs: 1, status: 'active', code: 0, disconnectedMs: 0 },
});
const answer = (more: Partial<AgentsTaken> = {}): AgentsTaken => ({
  ...{ type: 'agents-taken', moved: 0, lost: [], wanted: [], unknown: [] },
  ...more,
});
const taken = (batch: number, more: Partial<AgentsTaken> = {}, link = 1): Own => ({
  ...{ type: 'taken', link, batch, updates: [update(1), update(2)], taken: answer(more) },
});
const linked: Message = { type: 'linked' };
const seen = (count = 1): Own => ({ type: 'observed', count, faults: [], more: false });
const nothing: Own = { type: 'nothing-unsent', link: 1 };
const backlog = (count: number): Own => ({ type: 'backlog', link: 1, count });
const moved = (number: number, ...ids: number[]): Message => ({ type: 'moved', number, ids });
const askFailed: Own = { type: 'ask-failed', link: 1, failure: { code: 'timed-out', text: 'no answer' } };
const storeFailed = (doing: Extract<Own, { type: 'store-failed' }>['doing']): Own => ({
  ...{ type: 'store-failed', doing, failure: { code: 'store-full', text: 'full' } },
});

/** Runs `steps` from a start without a link; the effects of each step. */
function run(...steps: readonly Step[]): { readonly state: State; readonly effects: readonly (readonly Effect[])[] } {
  let state = initialState(false, 0);
  const effects = steps.map(([at, message]) => {
    const step = decide(state, message, at, limits);
    state = step.state;
    return step.effects;
  });
  return { state, effects };
}
const last = (...steps: readonly Step[]): readonly Effect[] => run(...steps).effects.at(-1)!;
const types = (effects: readonly Effect[]): string =>
  effects.map((effect) => (effect.type === 'report' ? effect.event.type : effect.type)).join(' ');

/** Linked, what waited sent, nothing under way. */
const idle: readonly Step[] = [
  [0, linked],
  [0, backlog(0)],
  [0, nothing],
  [0, seen(0)],
];

describe('a look at the manager', () => {
  it.each<[string, readonly Step[], string]>([
    ['begins at once', [[0, { type: 'begin' }]], 'survey observe mark'],
    [
      'is one at a time',
      [
        [0, { type: 'begin' }],
        [1, { type: 'changed' }],
      ],
      '',
    ],
    [
      'comes again at once when there was more',
      [
        [0, { type: 'begin' }],
        [1, { ...seen(), more: true } as Own],
      ],
      'observe',
    ],
    [
      'comes again at once when it was asked for meanwhile',
      [
        [0, { type: 'begin' }],
        [1, { type: 'changed' }],
        [2, seen()],
      ],
      'observe',
    ],
    [
      'comes with every tick',
      [
        [0, { type: 'begin' }],
        [1, seen()],
        [500, { type: 'tick' }],
      ],
      'observe',
    ],
  ])('%s', (_, steps, expected) => expect(types(last(...steps))).toBe(expected));

  it('waits after a failure, which is told once, and so is its end', () => {
    const failed: Own = { type: 'look-failed', of: 'manager', failure: { code: 'ECONNREFUSED', text: 'refused' } };
    const { effects } = run(
      [0, { type: 'begin' }],
      [1, failed],
      [500, { type: 'tick' }],
      [501, { type: 'wake' }],
      [502, failed],
      [1_501, { type: 'tick' }],
      [1_502, { type: 'wake' }],
      [1_503, seen(0)],
    );
    expect(effects.map(types)).toEqual([
      'survey observe mark',
      'trouble wake',
      '',
      'observe',
      'wake',
      '',
      'observe',
      'trouble-over',
    ]);
  });

  it('waits while the store cannot write', () => {
    const failed: Own = { type: 'look-failed', of: 'store', failure: { code: 'store-full', text: 'full' } };
    expect(types(last([0, { type: 'begin' }], [1, failed], [2, { type: 'changed' }]))).toBe('');
  });
});

describe('a batch', () => {
  it('leaves when a link opens, and when something new was seen', () => {
    expect(types(last([0, linked]))).toBe('count-backlog observe send mark');
    expect(types(last(...idle, [1, seen()]))).toBe('send');
    expect(types(last(...idle, [1, seen(0)]))).toBe('');
  });

  it('is one at a time: what is seen meanwhile waits until it is confirmed and written down', () => {
    const { effects } = run(
      ...idle,
      [1, seen()],
      [2, seen()],
      [3, taken(1)],
      [4, { type: 'confirmed', link: 1, batch: 1 }],
    );
    expect(effects.slice(4).map(types)).toEqual(['send', '', 'confirm', 'send mark']);
  });

  it('is confirmed as the master answered it', () => {
    const outcome = answer({ lost: [1], wanted: [2] });
    expect(last(...idle, [1, seen()], [2, taken(1, outcome)])).toEqual([
      { type: 'confirm', link: 1, batch: 1, updates: [update(1), update(2)], outcome },
    ]);
  });

  it.each<[string, Own]>([
    ['of an earlier link', taken(1, {}, 0)],
    ['of another batch', taken(5)],
  ])('that is answered %s is not confirmed', (_, message) => {
    expect(last(...idle, [1, seen()], [2, message])).toEqual([]);
  });

  it('is sent anew on the next link when the link closed before its answer', () => {
    const { effects } = run(
      ...idle,
      [1, seen()],
      [2, { type: 'unlinked' }],
      [3, askFailed],
      [4, linked],
      [5, taken(1)],
    );
    expect(effects.slice(5).map(types)).toEqual(['', 'wake', 'count-backlog send mark', '']);
  });

  it('is not sent on a new link while the answer of the old one is being written down', () => {
    const { effects } = run(
      ...idle,
      [1, seen()],
      [2, taken(1)],
      [3, { type: 'unlinked' }],
      [4, linked],
      [5, { type: 'confirmed', link: 1, batch: 1 }],
    );
    expect(effects.slice(6).map(types)).toEqual(['', 'count-backlog mark', 'send']);
  });

  it('that failed is sent again after a pause that doubles; the second failure is told', () => {
    const { effects } = run(
      ...idle,
      [0, seen()],
      [10, askFailed],
      [509, { type: 'wake' }],
      [510, { type: 'wake' }],
      [600, askFailed],
      [1_599, { type: 'tick' }],
      [1_600, { type: 'wake' }],
    );
    expect(effects.slice(4).map(types)).toEqual(['send', 'wake', 'wake', 'send', 'trouble wake', 'observe', 'send']);
  });

  it('whose answer cannot be written down is sent again', () => {
    const { effects } = run(...idle, [0, seen()], [1, taken(1)], [2, storeFailed('confirm')], [502, { type: 'wake' }]);
    expect(effects.slice(6).map(types)).toEqual(['trouble wake', 'send']);
  });
});

describe('what moved to another node', () => {
  it('is let go of, and the beat says so once that is written down', () => {
    const { effects } = run(...idle, [1, moved(1, 5)], [2, { type: 'moves-stored', link: 1, number: 1 }]);
    expect(effects.slice(4)).toEqual([
      [{ type: 'store-moves', link: 1, number: 1, ids: [5] }],
      [{ type: 'mark', numbers: { batch: 0, moved: 1, backlog: 0 } }],
    ]);
  });

  it('after an answer is let go of after it, though it was heard before', () => {
    const effects = last(...idle, [1, seen()], [2, moved(1, 1)], [3, taken(1, { moved: 0 })]);
    expect(types(effects)).toBe('confirm store-moves');
  });

  it('before an answer is not let go of after it', () => {
    expect(types(last(...idle, [1, seen()], [2, moved(1, 1)], [3, taken(1, { moved: 1 })]))).toBe('confirm');
  });

  it('before an answer is waited for, one second', () => {
    const early: readonly Step[] = [...idle, [1, seen()], [2, taken(1, { moved: 1 })]];
    expect(types(last(...early))).toBe('wake');
    expect(types(last(...early, [1_001, { type: 'tick' }]))).toBe('observe');
    expect(types(last(...early, [500, moved(1, 1)]))).toBe('store-moves confirm');
    const late = run(...early, [1_002, { type: 'wake' }]);
    expect(types(late.effects.at(-1)!)).toBe('confirm mark');
    expect(late.state.differs).toBe(true);
  });

  it.each<[string, readonly Step[], boolean, string]>([
    [
      'in turn',
      [
        [1, moved(1, 5)],
        [2, moved(2, 6)],
      ],
      false,
      'store-moves',
    ],
    ['with a gap', [[1, moved(2, 5)]], true, 'store-moves check'],
    [
      'late',
      [
        [1, moved(1, 5)],
        [2, moved(1, 6)],
      ],
      true,
      'check mark',
    ],
  ])('and comes %s', (_, steps, differs, expected) => {
    const { effects, state } = run(...idle, ...steps);
    expect([types(effects.at(-1)!), state.descent !== undefined]).toEqual([expected, differs]);
  });
});

describe('views that differ', () => {
  const differ: Step = [1, { type: 'differ' }];
  const ranges = [
    { from: 0, to: 255 },
    { from: 512, to: 1_023 },
  ];
  const found: Step = [2, { type: 'checked', link: 1, differing: ranges }];
  const compared: Step = [3, { type: 'compared', link: 1, taken: answer({ lost: [7], wanted: [8] }) }];

  it('are compared by ranges down to buckets, one ask at a time', () => {
    const { effects } = run(...idle, differ, found, compared, [4, { type: 'amended', link: 1 }]);
    expect(effects[4]).toMatchObject([{ type: 'check', ranges: [{ from: 0 }] }]);
    expect(effects[5]).toMatchObject([{ type: 'compare', range: ranges[0] }]);
    expect(effects[6]).toEqual([{ type: 'amend', link: 1, gone: [7], wanted: [8] }]);
    expect(types(effects[7]!)).toBe('send');
  });

  it('take turns with batches, end with a report, and what is wanted again is a backlog', () => {
    const { effects, state } = run(
      ...idle,
      differ,
      [2, { type: 'checked', link: 1, differing: [ranges[0]!] }],
      compared,
      [4, { type: 'amended', link: 1 }],
      [5, taken(1)],
      [6, { type: 'confirmed', link: 1, batch: 1 }],
    );
    expect(types(effects.at(-1)!)).toBe('compared send mark');
    expect(state.backlog).toBe(1);
  });

  it('are not compared before what waited when the link opened is sent', () => {
    const { effects } = run(
      [0, linked],
      [0, seen(0)],
      [0, backlog(2)],
      differ,
      [2, taken(1)],
      [3, { type: 'confirmed', link: 1, batch: 1 }],
      [4, taken(1)],
    );
    expect(effects.slice(3).map(types)).toEqual(['', 'confirm', 'backlog-sent check mark', '']);
  });

  it('are forgotten when the link closes', () => {
    const { effects, state } = run(...idle, differ, [2, { type: 'unlinked' }], found);
    expect(effects.slice(5).map(types)).toEqual(['', '']);
    expect(state.descent).toBeUndefined();
  });
});

describe('agents that the master does not know', () => {
  const unknown: readonly Step[] = [
    ...idle,
    [1, seen()],
    [2, taken(1, { unknown: [2] })],
    [3, { type: 'confirmed', link: 1, batch: 1 }],
  ];

  it('are told, and sent again when they appear in client.keys', () => {
    expect(types(last(...unknown))).toBe('unknown send mark');
    const added: Message = { type: 'keys-changed', removed: [], added: [2, 9], of: 5 };
    expect(last(...unknown, [4, added])).toEqual([{ type: 'resend', ids: [2] }, { type: 'observe' }]);
  });

  it('are tried again with every full look', () => {
    expect(types(last(...unknown, [4, { type: 'tick' }], [60_003, { type: 'tick' }]))).not.toContain('resend');
    expect(types(last(...unknown, [4, { type: 'tick' }], [60_004, { type: 'tick' }]))).toContain('resend');
  });
});

describe('agents that are gone from client.keys', () => {
  const removed = (...ids: number[]): Message => ({ type: 'keys-changed', removed: ids, added: [], of: 30 });

  it('are removed at once, one removal at a time', () => {
    const { effects } = run(
      [0, removed(1)],
      [1, removed(2)],
      [2, { type: 'removed', ids: new Set([1]), count: 1, faults: [] }],
    );
    expect(types(effects[0]!)).toContain('remove');
    expect(types(effects[1]!)).toBe('');
    expect(effects[2]).toMatchObject([{ type: 'report', event: { type: 'removed', count: 1 } }, { type: 'remove' }]);
  });

  it('are held when they are most of all, and go when the file says so again 30 s later', () => {
    const many = removed(...Array.from({ length: 20 }, (_, i) => i + 1));
    const { effects } = run(
      [0, many],
      [29_999, { type: 'changed' }],
      [30_000, { type: 'wake' }],
      [30_001, { type: 'keys-read' }],
    );
    expect(effects.map(types)).toEqual(['removals-held observe mark wake', '', 'reread-keys', 'remove']);
  });
});

describe('a round', () => {
  it('is told at most every 10 s, when anything was sent', () => {
    const sent: readonly Step[] = [
      ...idle,
      [1, { type: 'tick' }],
      [2, seen()],
      [3, taken(1)],
      [4, { type: 'confirmed', link: 1, batch: 1 }],
    ];
    expect(types(last(...sent, [10_000, { type: 'tick' }]))).not.toContain('round');
    expect(last(...sent, [10_001, { type: 'tick' }])).toContainEqual({
      type: 'report',
      event: { type: 'round', forMs: 10_000, batches: 1, updates: 2, lost: 0, unknown: 0 },
    });
    expect(types(last(...idle, [20_000, { type: 'tick' }]))).not.toContain('round');
  });
});
