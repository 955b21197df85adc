import { type AgentsMark, type MergeOutcome, packBatch } from '@muster/protocol';
import { decide } from '../src/master/decide.ts';
import type { AgentMergerMessage } from '../src/master/messages.ts';
import {
  type Effect,
  initialState,
  type MergerLimits,
  mergerDefaults,
  type Own,
  type State,
} from '../src/master/state.ts';

type Message = AgentMergerMessage | Own;
type Step = readonly [at: number, message: Message];

const limits: MergerLimits = mergerDefaults;
const answer = { reply: () => {}, fail: () => {} };
const batch = (number: number, sentMs = 1_000) => packBatch([], number, sentMs).message;
const statuses = (peer: string, number = 1, receivedMs = 6_000): Message => ({
  ...{ type: 'statuses', peer, batch: batch(number), receivedMs, answer },
});
const held = (peer: string): Message => ({ type: 'held', peer, range: { from: 0, to: 255 }, rows: [[1, 2]], answer });
const check = (peer: string): Message => ({ type: 'check', peer, parts: [[0, 255, [0, 0, 0]]], answer });
const merged = (outcome: Partial<MergeOutcome> = {}, moved: Record<string, number[]> = {}): Own => ({
  type: 'merged',
  updates: 3,
  outcome: { lost: [], wanted: [], unknown: [], ...outcome },
  moved: new Map(Object.entries(moved)),
  changed: false,
});
const beat = (peer: string, more: Partial<AgentsMark> = {}): Message => ({
  type: 'beat-mark',
  peer,
  mark: { timeMs: 1_000, batch: 0, moved: 0, backlog: 0, digest: [1, 2, 3], ...more },
  receivedMs: 6_000,
});
const failure = { code: 'store-full', text: 'full' };

/** Runs `steps` with w1 and w2 linked and nothing to publish; the effects of each step. */
function run(...steps: readonly Step[]): { readonly state: State; readonly effects: readonly (readonly Effect[])[] } {
  let state: State = { ...initialState(['w1', 'w2'], 0), mayPublish: false };
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
const tick: Own = { type: 'tick' };

describe('a batch', () => {
  it('is merged at once, on the time of this node', () => {
    expect(last([0, statuses('w1')])).toMatchObject([
      { type: 'admit' },
      { type: 'merge', peer: 'w1', times: { sentMs: 1_000, receivedMs: 6_000, offset: 5_000 } },
    ]);
  });

  it('is measured by the least delay of its link', () => {
    const effects = last([0, beat('w1', { timeMs: 1_100, backlog: 1 })], [0, statuses('w1')]);
    expect(effects[1]).toMatchObject({ times: { offset: 4_900 } });
    expect(last([0, beat('w2', { timeMs: 1_100, backlog: 1 })], [0, statuses('w1')])[1]).toMatchObject({
      times: { offset: 5_000 },
    });
  });

  it('waits for the one before, workers in turn', () => {
    const { effects } = run(
      [0, statuses('w1')],
      [1, statuses('w1', 2)],
      [2, statuses('w2')],
      [3, merged()],
      [4, merged()],
    );
    expect(effects.map(types)).toEqual(['admit merge', 'admit', 'admit', 'answer merge', 'answer merge']);
    expect(effects[3]![1]).toMatchObject({ peer: 'w2' });
    expect(effects[4]![1]).toMatchObject({ peer: 'w1' });
  });

  it('is answered with what became of it, and losers are told after it', () => {
    const effects = last([0, statuses('w1')], [1, merged({ wanted: [3], unknown: [9] }, { w2: [5], w3: [6] })]);
    expect(effects).toMatchObject([
      { type: 'answer', taken: { type: 'agents-taken', moved: 0, lost: [], wanted: [3], unknown: [9] } },
      { type: 'report', event: { type: 'unknown', peer: 'w1', count: 1, ids: [9] } },
      { type: 'send-moved', to: 'w2', message: { type: 'agents-moved', number: 1, ids: [5] } },
    ]);
  });

  it('says in its answer which moves were sent before it', () => {
    const effects = last([0, statuses('w1')], [1, merged({}, { w2: [5] })], [2, statuses('w2')], [3, merged()]);
    expect(effects).toMatchObject([{ type: 'answer', taken: { moved: 1 } }]);
  });

  it.each<[string, Step[], string]>([
    ['of a worker without a link is refused', [[0, statuses('w3')]], 'refuse'],
    [
      'that waits is refused when its link closes',
      [
        [0, statuses('w1')],
        [0, statuses('w1')],
        [1, { type: 'worker-unlinked', peer: 'w1' }],
      ],
      'refuse',
    ],
    [
      'that waits is refused when its worker links anew',
      [
        [0, statuses('w1')],
        [0, statuses('w1')],
        [1, { type: 'worker-linked', peer: 'w1' }],
      ],
      'refuse',
    ],
    ['beyond those that may wait is refused', [1, 2, 3, 4, 5].map((n) => [0, statuses('w1', n)] as const), 'refuse'],
    ['one short of it is not', [1, 2, 3, 4].map((n) => [0, statuses('w1', n)] as const), 'admit'],
    [
      'that cannot be read is refused, and its sender broke the protocol',
      [
        [0, statuses('w1')],
        [1, { type: 'unreadable', text: 'torn' }],
      ],
      'refuse bad-batch',
    ],
    [
      'that the store does not take is refused, and that is told',
      [
        [0, statuses('w1')],
        [1, { type: 'job-failed', failure }],
      ],
      'refuse trouble',
    ],
  ])('%s', (_, steps, expected) => expect(types(last(...steps))).toBe(expected));

  it('whose link closed before its commit still tells the losers, and counts as late', () => {
    const { state, effects } = run(
      [0, statuses('w1')],
      [1, { type: 'worker-unlinked', peer: 'w1' }],
      [2, merged({}, { w2: [5] })],
    );
    expect(types(effects[2]!)).toBe('answer send-moved');
    expect(state.counts).toMatchObject({ batches: 1, updates: 3, late: 1 });
  });
});

describe('ranges', () => {
  it('are checked between two writes', () => {
    const { effects } = run([0, statuses('w1')], [1, check('w2')], [2, merged()], [3, check('w1')]);
    expect(effects.map(types)).toEqual(['admit merge', 'admit', 'answer check', 'admit check']);
  });

  it('that are wider than a bucket, or of others than those of it, are refused: their answer may not fit', () => {
    const [from, inside, outside] = [256, [[256, 1]], [[512, 1]]] as const;
    const asks = [
      { range: { from, to: 512 }, rows: [] },
      { range: { from: 0, to: 2 ** 31 - 1 }, rows: inside },
      { range: { from, to: 511 }, rows: outside },
    ];
    for (const ask of asks)
      expect(last([0, { type: 'held', peer: 'w1', answer, ...ask }])).toMatchObject([
        { type: 'refuse', code: 'bad-range' },
      ]);
  });

  it('that are compared row by row are a write, answered as a batch', () => {
    const compared: Own = { type: 'compared', outcome: { lost: [1], wanted: [2], unknown: [] } };
    const { effects } = run([0, held('w1')], [1, statuses('w2')], [2, compared]);
    expect(effects.map(types)).toEqual(['admit compare', 'admit', 'answer merge']);
  });
});

describe('the mark of a beat', () => {
  it.each<[string, Step[], string]>([
    [
      'is compared when it speaks of all that was merged',
      [
        [0, statuses('w1', 7)],
        [1, merged()],
        [2, beat('w1', { batch: 7 })],
      ],
      'compare-mark',
    ],
    [
      'is not, when it speaks of an earlier batch',
      [
        [0, statuses('w1', 7)],
        [1, merged()],
        [2, beat('w1', { batch: 6 })],
      ],
      '',
    ],
    ['is not, while the worker has a backlog', [[0, beat('w1', { backlog: 1 })]], ''],
    [
      'is not, when moves are on their way',
      [
        [0, statuses('w1')],
        [1, merged({}, { w2: [5] })],
        [2, beat('w2')],
      ],
      '',
    ],
    [
      'is, when they arrived',
      [
        [0, statuses('w1')],
        [1, merged({}, { w2: [5] })],
        [2, beat('w2', { moved: 1 })],
      ],
      'compare-mark',
    ],
    [
      'waits until nothing is written',
      [
        [0, statuses('w1')],
        [1, beat('w2')],
      ],
      '',
    ],
    [
      'is compared then, unless it is of yesterday',
      [
        [0, statuses('w1')],
        [1, beat('w2')],
        [2, merged()],
      ],
      'answer compare-mark',
    ],
    ['of a worker without a link is nothing', [[0, beat('w3')]], ''],
    [
      'of a link that this incarnation found open is compared, whatever its batch',
      [[0, beat('w1', { batch: 12 })]],
      'compare-mark',
    ],
  ])('%s', (_, steps, expected) => {
    const found = types(last(...steps));
    expect(found).toBe(expected);
  });

  it('that lacks the last moves three times running makes the master skip a number', () => {
    const lost: readonly Step[] = [
      [0, statuses('w1')],
      [1, merged({}, { w2: [5] })],
      [2, beat('w2')],
      [3, beat('w2')],
    ];
    expect(last(...lost)).toEqual([]);
    expect(last(...lost, [4, beat('w2')])).toEqual([
      { type: 'send-moved', to: 'w2', message: { type: 'agents-moved', number: 3, ids: [] } },
    ]);
    expect(types(last(...lost, [4, beat('w2')], [5, beat('w2', { moved: 3 })]))).toBe('compare-mark');
  });
});

describe('disconnection', () => {
  const judge = (...steps: readonly Step[]) => last(...steps).find(({ type }) => type === 'judge');

  it('is judged every second, when no write is under way', () => {
    expect(types(last([1_000, tick]))).toBe('judge publish');
    expect(types(last([0, statuses('w1')], [1_000, tick]))).toBe('publish');
    expect(types(last([0, statuses('w1')], [1_000, tick], [1_001, merged()]))).toBe('answer judge');
  });

  it('spares nodes that have not sent their backlog, for a minute after the start', () => {
    expect(judge([59_999, tick])).toMatchObject({ spare: true, emptied: new Set() });
    expect(judge([60_000, tick])).toMatchObject({ spare: false });
    expect(judge([0, beat('w1')], [0, beat('w2', { backlog: 3 })], [1_000, tick])).toMatchObject({
      emptied: new Set(['w1']),
    });
    expect(judge([0, { type: 'backlog-sent', peer: 'master' }], [1_000, tick])).toMatchObject({
      emptied: new Set(['master']),
    });
  });

  it('is told, and written to the manager', () => {
    const told = [
      [1_000, tick],
      [1_001, { type: 'published', count: 0, faults: [] }],
      [1_002, { type: 'judged', ids: [4] }],
    ] as const;
    expect(types(last(...told))).toBe('disconnected publish');
  });
});

describe('agents that are gone from client.keys', () => {
  const gone = (...ids: number[]): Message => ({ type: 'keys-changed', removed: ids, added: [], of: 30 });
  const removed: Own = { type: 'removed', ids: new Set([1]), gone: [1], known: [1] };

  it('go before anything else that waits, and then from the manager', () => {
    const { effects } = run([0, statuses('w1')], [1, statuses('w2')], [2, gone(1)], [3, merged()], [4, removed]);
    expect(effects.slice(2).map(types)).toEqual(['', 'answer remove', 'removed merge forget']);
  });

  it('are not told of when the store never heard of them', () => {
    const unheard: Own = { type: 'removed', ids: new Set([1]), gone: [1], known: [] };
    expect(types(last([2, gone(1)], [4, unheard]))).toBe('forget');
  });

  it('are still known while most of them vanish at once, until client.keys says so again', () => {
    const many = Array.from({ length: 20 }, (_, i) => i + 1);
    const { effects } = run(
      [0, gone(...many)],
      [1, statuses('w1')],
      [2, merged()],
      [29_999, check('w1')],
      [30_000, check('w1')],
      [30_001, { type: 'keys-read' }],
    );
    expect(types(effects[0]!)).toBe('removals-held');
    expect(effects[1]![1]).toMatchObject({ type: 'merge', held: new Set(many) });
    expect(effects.slice(3).map(types)).toEqual(['admit check', 'admit check reread-keys', 'remove']);
  });

  it('of earlier runs are found at the start', () => {
    const { effects } = run([0, { type: 'begin' }], [1, { type: 'surveyed', strays: [8], of: 9 }]);
    expect(effects.map(types)).toEqual(['survey', 'remove']);
  });

  it('are forgotten at the manager until it has done so, unless they are back', () => {
    const failed: Own = { type: 'telling-failed', failure: { code: 'ECONNREFUSED', text: 'refused' } };
    const steps: readonly Step[] = [
      [0, gone(1)],
      [1, removed],
      [2, failed],
    ];
    expect(types(last(...steps))).toBe('trouble');
    expect(types(last(...steps, [1_000, tick]))).toBe('judge forget');
    expect(types(last(...steps, [3, { type: 'keys-changed', removed: [], added: [1], of: 29 }], [1_000, tick]))).toBe(
      'judge publish',
    );
    expect(types(last(...steps, [1_000, tick], [1_001, { type: 'forgotten', ids: new Set([1]), faults: [] }]))).toBe(
      'trouble-over publish',
    );
  });
});

describe('what the manager does not know yet', () => {
  it('is written to it, one write at a time, until nothing is left', () => {
    const published = (count: number): Own => ({ type: 'published', count, faults: [] });
    const { effects } = run(
      [1_000, tick],
      [1_001, tick],
      [1_002, published(1_000)],
      [1_003, published(0)],
      [1_004, { type: 'judged', ids: [] }],
    );
    expect(effects.map(types)).toEqual(['judge publish', '', 'publish', '', 'judge']);
  });

  it('is tried again after a pause, and what single agents refuse is told once', () => {
    const fault = { at: 'agent 007', code: 'bad-name', text: 'rename it' };
    const faulty: Own = { type: 'published', count: 1, faults: [fault] };
    expect(types(last([1_000, tick], [1_001, faulty]))).toBe('faults publish');
    expect(types(last([1_000, tick], [1_001, faulty], [1_002, faulty]))).toBe('publish');
  });
});

describe('a round', () => {
  it('is told per node, at most every 10 s', () => {
    const steps: readonly Step[] = [
      [5, statuses('w1')],
      [6, merged({ lost: [4] })],
    ];
    expect(types(last(...steps, [10_005, tick]))).not.toContain('round');
    expect(last(...steps, [10_006, tick])).toContainEqual({
      type: 'report',
      event: { type: 'round', peer: 'w1', forMs: 10_000, batches: 1, updates: 3, lost: 1, unknown: 0 },
    });
    expect(types(last(...steps, [10_006, tick], [30_000, tick]))).not.toContain('round');
  });
});
