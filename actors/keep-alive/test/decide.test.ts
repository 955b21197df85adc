import type { Beat, NodeView } from '@muster/protocol';
import fc from 'fast-check';
import { decide } from '../src/decide.ts';
import type { KeepAliveMessage, LinkedPeer, OwnLag } from '../src/messages.ts';
import { type Effect, initialState, type KeepAliveConfig, type Own, type State } from '../src/state.ts';

const config: KeepAliveConfig = { role: 'master', intervalMs: 1_000, suspectAfterMs: 2_500, downAfterMs: 4_000 };
const tickMs = 250;
const g = (generation: number, epoch = 1) => ({ epoch, generation });

const peer = (name: string, more: Partial<LinkedPeer> = {}): LinkedPeer => ({
  peer: name,
  link: 1,
  role: 'worker',
  version: '0.1.0',
  address: '10.0.0.7:4123',
  skewMs: 0,
  ...more,
});
const beatOf = (more: Partial<Beat> = {}): Beat => ({
  type: 'beat',
  sequence: 1,
  wallMs: 0,
  state: 'in-sync',
  files: 7,
  loopDelayMs: 1,
  ...more,
});

const linked: KeepAliveMessage = { type: 'peer-linked', ...peer('w1') };
const relinked: KeepAliveMessage = { type: 'peer-linked', ...peer('w1', { link: 2 }) };
const lost: KeepAliveMessage = { type: 'peer-unlinked', peer: 'w1', link: 1, how: 'lost', reason: 'reset' };
const goodbye: KeepAliveMessage = { ...lost, how: 'goodbye', reason: 'shutting down' };
const beat: KeepAliveMessage = { type: 'beat', peer: 'w1', beat: beatOf() };
const tick: Own = { type: 'tick' };
const changed: KeepAliveMessage = { type: 'status-changed' };

type Step = readonly [
  at: number,
  message: KeepAliveMessage | Own,
  holds?: { epoch: number; generation: number } | undefined,
];

/** Runs `steps`, with a tick on time every 250 ms between them, and returns the effects of each step and tick. */
function run(steps: readonly Step[], ticking = true): { state: State; effects: readonly (readonly Effect[])[] } {
  let state = initialState([], 0);
  const all: (readonly Effect[])[] = [];
  const take = (message: KeepAliveMessage | Own, now: number, holds: Step[2]): void => {
    const step = decide(state, message, { now, holds }, config);
    state = step.state;
    all.push(step.effects);
  };
  let ticked = 0;
  for (const [at, message, holds] of steps) {
    while (ticking && ticked + tickMs < at) {
      ticked += tickMs;
      take(tick, ticked, holds);
    }
    take(message, at, holds);
    if (message.type === 'tick') ticked = at;
  }
  return { state, effects: all };
}

/** Every liveness told, in order: `from>to`. */
const livenesses = (steps: readonly Step[], ticking = true): readonly string[] =>
  run(steps, ticking)
    .effects.flat()
    .flatMap((effect) =>
      effect.type === 'report' && effect.event.type === 'liveness-changed'
        ? [`${effect.event.from}>${effect.event.to}`]
        : [],
    );
const lastEffects = (steps: readonly Step[], ticking = true): readonly Effect[] =>
  run(steps, ticking).effects.at(-1) ?? [];
const lastText = (steps: readonly Step[]): unknown => JSON.parse(JSON.stringify(lastEffects(steps)));

const rows = (steps: readonly Step[], now: number, holds?: Step[2]): readonly NodeView[] => {
  const { state } = run(steps);
  const replyTo = {} as never;
  const [effect] = decide(state, { type: 'get-nodes', replyTo }, { now, holds }, config).effects;
  return effect?.type === 'reply-nodes' ? effect.value : [];
};

describe('keep-alive decides who lives', () => {
  const cases: readonly [name: string, steps: readonly Step[], told: readonly string[]][] = [
    ['a linked peer is unknown, which is not told', [[0, linked]], []],
    ['a peer is up at its first beat', [[0, linked], [5, beat]], ['unknown>up']],
    ['a peer that is up is not told again', [[0, linked], [5, beat], [1_005, beat]], ['unknown>up']],
    ['a peer is not suspect 1 ms short of its time', [[0, linked], [5, beat], [2_504, tick]], ['unknown>up']],
    ['a peer is suspect at its time', [[0, linked], [5, beat], [2_505, tick]], ['unknown>up', 'up>suspect']],
    ['a peer is not down 1 ms short of its time', [[0, linked], [5, beat], [4_004, tick]], ['unknown>up', 'up>suspect']],
    ['a peer is down at its time', [[0, linked], [5, beat], [4_005, tick]], ['unknown>up', 'up>suspect', 'suspect>down']],
    ['a peer that never spoke is down in the end', [[0, linked], [4_000, tick]], ['unknown>suspect', 'suspect>down']],
    ['a down peer is not told again', [[0, linked], [4_000, tick], [9_000, tick]], ['unknown>suspect', 'suspect>down']],
    ['a suspect is up at its next beat', [[0, linked], [2_500, tick], [2_600, beat]], ['unknown>suspect', 'suspect>up']],
    ['a down peer is up at its next beat', [[0, linked], [4_000, tick], [4_100, beat]], ['unknown>suspect', 'suspect>down', 'down>up']],
    ['a lost link makes a suspect at once', [[0, linked], [5, beat], [6, lost]], ['unknown>up', 'up>suspect']],
    ['a lost link is not yet down 1 ms short of the time', [[0, linked], [5, beat], [6, lost], [4_004, tick]], ['unknown>up', 'up>suspect']],
    ['a lost link is down at the time after the last beat', [[0, linked], [5, beat], [3_000, lost], [4_005, tick]], ['unknown>up', 'up>suspect', 'suspect>down']],
    ['a link that is back in time and beats was never down', [[0, linked], [5, beat], [6, lost], [3_999, relinked], [4_200, beat]], ['unknown>up', 'up>suspect', 'suspect>up']],
    ['a link that is back without a beat is down after the rest of the time', [[0, linked], [5, beat], [6, lost], [3_900, relinked], [5_400, tick]], ['unknown>up', 'up>suspect', 'suspect>down']],
    ['a goodbye is told as left', [[0, linked], [5, beat], [6, goodbye]], ['unknown>up', 'up>left']],
    ['one that left is never suspect or down', [[0, linked], [5, beat], [6, goodbye], [60_000, tick]], ['unknown>up', 'up>left']],
    ['one that left and comes back is unknown, then up', [[0, linked], [5, beat], [6, goodbye], [9_000, relinked], [9_010, beat]], ['unknown>up', 'up>left', 'left>unknown', 'unknown>up']],
    ['a beat of a stranger is ignored', [[0, beat], [9_000, tick]], []],
    ['a beat without a link is ignored', [[0, linked], [5, beat], [6, lost], [7, beat]], ['unknown>up', 'up>suspect']],
    ['the end of an earlier link does not touch the present one', [[0, linked], [5, beat], [10, relinked], [11, lost]], ['unknown>up']],
  ]; // biome-ignore format: one case, one line
  it.each(cases)('%s', (_name, steps, told) => expect(livenesses(steps)).toEqual(told));

  it('a down peer that is still linked is closed once, with the reason', () => {
    const steps: Step[] = [
      [0, linked],
      [4_000, tick],
    ];
    expect(lastText(steps)).toContainEqual({ type: 'close-link', peer: 'w1', link: 1, text: 'no beat for 4.0 s' });
    const closes = run([...steps, [9_000, tick]])
      .effects.flat()
      .filter(({ type }) => type === 'close-link');
    expect(closes).toHaveLength(1);
  });

  it('a new link of a down peer is not closed before it was silent itself', () => {
    const steps: Step[] = [
      [0, linked],
      [4_000, tick],
      [4_001, lost],
      [10_000, relinked],
    ];
    const closes = (until: number) =>
      run([...steps, [until, tick]])
        .effects.flat()
        .filter(({ type }) => type === 'close-link');
    expect(closes(13_999)).toHaveLength(1);
    expect(closes(14_000)).toHaveLength(2);
  });

  it('the reason says what happened in plain words', () => {
    expect(
      rows(
        [
          [0, linked],
          [5, beat],
          [6, lost],
        ],
        10,
      )[0]?.reason,
    ).toBe('link lost: reset');
    expect(
      rows(
        [
          [0, linked],
          [5, beat],
          [6, lost],
          [4_005, tick],
        ],
        4_005,
      )[0]?.reason,
    ).toBe('link lost: reset; not back');
    expect(
      rows(
        [
          [0, linked],
          [5, goodbye],
        ],
        10,
      )[0]?.reason,
    ).toBe('it said goodbye: shutting down');
    expect(
      rows(
        [
          [0, linked],
          [5, beat],
          [6, lost],
          [4_005, tick],
          [5_000, relinked],
          [5_005, beat],
        ],
        5_005,
      )[0]?.reason,
    ).toBe('its beats arrive again after 5.0 s of silence');
  });
});

describe('keep-alive excuses others when it was late itself', () => {
  /** Ticks on time from `from` until before `to`. */
  const onTime = (from: number, to: number): readonly Step[] =>
    Array.from({ length: Math.ceil((to - from) / tickMs) }, (_, i) => [from + i * tickMs, tick]);
  /** Heard at 5, on time until 2,250, then late, then on time until before `to`. */
  const lateBy = (ms: number, to: number): readonly Step[] => [
    [0, linked],
    [5, beat],
    ...onTime(250, 2_500),
    [2_500 + ms, tick],
    ...onTime(2_750 + ms, to),
  ];
  const told = (steps: readonly Step[]) => livenesses(steps, false);

  it('a tick that comes late moves the deadlines by as much', () => {
    expect(told([...lateBy(400, 0), [2_904, tick]])).toEqual(['unknown>up']);
    expect(told([...lateBy(400, 0), [2_905, tick]])).toEqual(['unknown>up', 'up>suspect']);
  });

  it('no grace and no word of a lag 1 ms short of half an interval', () => {
    expect(lastEffects(lateBy(499, 0), false)).toEqual([]);
  });

  it('half an interval late is told, and nobody is accused for one interval', () => {
    expect(lastEffects(lateBy(500, 0), false)).toEqual([
      { type: 'report', event: { type: 'own-loop-lagged', lateMs: 500 } },
    ]);
    expect(told([...lateBy(500, 3_999), [3_999, tick]])).toEqual(['unknown>up']);
    expect(told([...lateBy(500, 3_999), [4_000, tick]])).toEqual(['unknown>up', 'up>suspect']);
  });

  it('after a long sleep a peer whose beat waited in the socket is never accused', () => {
    expect(told([...lateBy(60_000, 0), [62_501, beat], [62_750, tick], [63_500, beat]])).toEqual(['unknown>up']);
  });

  it('a node that lags all the time still finds a dead peer', () => {
    const steps: Step[] = [
      [0, linked],
      [5, beat],
    ];
    for (let at = 1_000; at <= 40_000; at += 1_000) steps.push([at, tick]);
    expect(livenesses(steps, false)).toEqual(['unknown>up', 'up>suspect', 'suspect>down']);
  });
});

describe('keep-alive beats', () => {
  const sent = (to: readonly string[], sequence: number): Effect => ({ type: 'send-beat', to, sequence });

  it('greets a new link with a beat at once', () => expect(lastEffects([[0, linked]])).toEqual([sent(['w1'], 1)]));

  it('beats to every linked peer at each interval, and to no other', () => {
    const w2: KeepAliveMessage = { type: 'peer-linked', ...peer('w2') };
    expect(
      lastEffects([
        [0, linked],
        [0, w2],
        [1_000, { type: 'beat-due' }],
      ]),
    ).toEqual([sent(['w1', 'w2'], 3)]);
    expect(
      lastEffects([
        [0, linked],
        [0, w2],
        [5, lost],
        [1_000, { type: 'beat-due' }],
      ]),
    ).toEqual([sent(['w2'], 3)]);
    expect(lastEffects([[1_000, { type: 'beat-due' }]])).toEqual([]);
  });

  it('beats at once when the own status changed', () => {
    expect(
      lastEffects([
        [0, linked],
        [10, changed],
      ]),
    ).toEqual([sent(['w1'], 2)]);
  });

  it('sends at most one extra beat in 100 ms, and the last change is not lost', () => {
    const steps: Step[] = [
      [0, linked],
      [10, changed],
      [50, changed],
    ];
    expect(lastEffects(steps)).toEqual([{ type: 'schedule-extra', afterMs: 60 }]);
    expect(lastEffects([...steps, [60, changed]])).toEqual([]);
    expect(lastEffects([...steps, [60, changed], [110, { type: 'extra-due' }]])).toEqual([sent(['w1'], 3)]);
    expect(
      lastEffects([
        [0, linked],
        [10, changed],
        [109, changed],
      ]),
    ).toEqual([{ type: 'schedule-extra', afterMs: 1 }]);
    expect(
      lastEffects([
        [0, linked],
        [10, changed],
        [110, changed],
      ]),
    ).toEqual([sent(['w1'], 3)]);
  });
});

describe('keep-alive watches clocks', () => {
  const skewed = (skewMs: number): readonly Effect[] =>
    lastEffects([[0, { type: 'peer-linked', ...peer('w1', { skewMs }) }]]).slice(1);

  it('2 s of skew, either way, are not worth a word', () => {
    expect(skewed(2_000)).toEqual([]);
    expect(skewed(-2_000)).toEqual([]);
  });

  it('more is told, with the direction and the cure', () => {
    const [ahead] = skewed(2_001);
    expect(ahead).toMatchObject({ type: 'report', event: { type: 'clock-skew', skewMs: 2_001 } });
    expect(JSON.stringify(ahead)).toContain('2.0 s ahead of ours; synchronise both (NTP)');
    expect(JSON.stringify(skewed(-61_000))).toContain('61.0 s behind ours');
  });
});

describe('keep-alive measures lag', () => {
  const holds = (generation: number, epoch = 1): KeepAliveMessage => ({
    type: 'beat',
    peer: 'w1',
    beat: beatOf({ holds: g(generation, epoch) }),
  });
  const row = (steps: readonly Step[], now: number, own?: Step[2]) => rows(steps, now, own)[0];

  it('a worker that holds the master’s generation is 0 behind', () => {
    expect(
      row(
        [
          [0, linked, g(5)],
          [10, holds(5), g(5)],
        ],
        500,
        g(5),
      ),
    ).toMatchObject({ lag: 0, behindMs: 0, heardMs: 490, files: 7 });
  });

  it('a worker is behind from the moment the master publishes', () => {
    const steps: Step[] = [
      [0, linked, g(5)],
      [10, holds(5), g(5)],
      [100, changed, g(7)],
    ];
    expect(row(steps, 160, g(7))).toMatchObject({ lag: 2, behindMs: 60 });
  });

  it('a worker that catches up in part is behind since it first was', () => {
    const steps: Step[] = [
      [0, linked, g(5)],
      [10, holds(5), g(5)],
      [100, changed, g(7)],
      [150, holds(6), g(7)],
    ];
    expect(row(steps, 160, g(7))).toMatchObject({ lag: 1, behindMs: 60 });
    expect(row([...steps, [170, holds(7), g(7)]], 200, g(7))).toMatchObject({ lag: 0, behindMs: 0 });
  });

  it('generations of two epochs have no distance, but the older is behind', () => {
    const steps: Step[] = [
      [0, linked, g(1, 2)],
      [10, holds(9, 1), g(1, 2)],
    ];
    const found = row(steps, 110, g(1, 2));
    expect(found).toMatchObject({ behindMs: 110 });
    expect(found).not.toHaveProperty('lag');
  });

  it('nobody is behind a master that has published nothing', () => {
    expect(
      row(
        [
          [0, linked],
          [10, holds(3)],
        ],
        500,
      ),
    ).toMatchObject({ behindMs: 0 });
  });

  it('a worker tells how far it is behind its master', () => {
    const master: KeepAliveMessage = { type: 'peer-linked', ...peer('m', { role: 'master' }) };
    const beats: KeepAliveMessage = { type: 'beat', peer: 'm', beat: beatOf({ holds: g(8) }) };
    const lagAt = (own: Step[2]): OwnLag | undefined => {
      const { state } = run([
        [0, master, g(6)],
        [10, beats, g(6)],
        [100, changed, own],
      ]);
      const [effect] = decide(
        state,
        { type: 'get-own-lag', replyTo: {} as never },
        { now: 110, holds: own },
        config,
      ).effects;
      return effect?.type === 'reply-lag' ? effect.value : undefined;
    };
    expect(lagAt(g(6))).toEqual({ lag: 2, behindMs: 100 });
    expect(lagAt(g(8))).toEqual({ lag: 0, behindMs: 0 });
    expect(lagAt(undefined)).toEqual({ behindMs: 100 });
  });
});

describe('keep-alive forgets', () => {
  it('the oldest of those that are gone, beyond 1,000', () => {
    const steps: Step[] = [];
    for (let i = 0; i <= 1_000; i++) {
      steps.push([i, { type: 'peer-linked', ...peer(`w${i}`) }], [i, { ...goodbye, peer: `w${i}` }]);
    }
    expect(run(steps.slice(0, 2_000)).state.peers.size).toBe(1_000);
    const { peers } = run(steps).state;
    expect(peers.size).toBe(1_000);
    expect(peers.has('w0')).toBe(false);
    expect(peers.has('w1')).toBe(true);
  });
});

describe('keep-alive promises', () => {
  it('never reports down a peer whose beats arrive within the time to suspect', () => {
    const gap = fc.integer({ min: 1, max: config.suspectAfterMs - 1 });
    const tickGap = fc.integer({ min: 1, max: 6_000 });
    fc.assert(
      fc.property(
        fc.array(gap, { minLength: 1, maxLength: 40, size: 'max' }),
        fc.array(tickGap, { maxLength: 200, size: 'max' }),
        (gaps, tickGaps) => {
          const steps: Step[] = [[0, linked]];
          let at = 0;
          for (const ms of gaps) {
            at += ms;
            steps.push([at, beat]);
          }
          let tickAt = 0;
          for (const ms of tickGaps) {
            tickAt += ms;
            if (tickAt <= at) steps.push([tickAt, tick]);
          }
          steps.sort(([a], [b]) => a - b);
          expect(livenesses(steps, false)).toEqual(['unknown>up']);
        },
      ),
    );
  });

  it('with ticks on time every silent peer is down after downAfterMs and a tick at most, whatever came before', () => {
    const message = fc.constantFrom(linked, relinked, lost, beat, changed);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), message), { maxLength: 30, size: 'max' }),
        (moves) => {
          let at = 0;
          const steps: Step[] = [[0, linked]];
          for (const [gap, what] of moves) {
            at += gap;
            steps.push([at, what]);
          }
          steps.push([at + config.downAfterMs + tickMs, tick]);
          expect(run(steps).state.peers.get('w1')?.liveness).toBe('down');
        },
      ),
    );
  });
});

describe('a worker that is gone for good', () => {
  const forget: KeepAliveMessage = { type: 'forget', peer: 'w1' };
  const names = (steps: readonly Step[]) => [...run(steps).state.peers.keys()];

  it('is listed no more', () => {
    expect(
      names([
        [0, linked],
        [10, beat],
        [20, goodbye],
      ]),
    ).toEqual(['w1']);
    expect(
      names([
        [0, linked],
        [10, beat],
        [20, goodbye],
        [30, forget],
      ]),
    ).toEqual([]);
  });

  it('stays while it is linked, and comes back with a link', () => {
    expect(
      names([
        [0, linked],
        [10, forget],
      ]),
    ).toEqual(['w1']);
    expect(
      names([
        [0, linked],
        [10, goodbye],
        [20, forget],
        [30, relinked],
      ]),
    ).toEqual(['w1']);
  });
});
