import { ask, tell } from '@muster/actor';
import { fixedRandom, settle, testSystem } from '@muster/actor/testing';
import {
  type DialerConfig,
  type DialerOwn,
  type DialerState,
  decideDialer,
  initialDialer,
} from '../src/dialer-decide.ts';
import {
  type DialerEvent,
  type DialerMessage,
  dialerDefaults,
  getLink,
  type LinkEnd,
  type OpenedLink,
  spawnDialer,
} from '../src/index.ts';
import { type FakeLink, fakeLink, peerOf } from './fake-link.ts';

const config: DialerConfig = dialerDefaults;
const lost: LinkEnd = { how: 'lost', code: 'lost', text: 'connection reset' };
const link: OpenedLink = { peer: peerOf('m'), close: () => {}, destroy: () => {} };

type Message = DialerMessage | DialerOwn<OpenedLink>;
type Step = readonly [at: number, message: Message];
const fails = (code: string): Message => ({ type: 'dial-failed', failure: { code, text: `${code}!` } });

function run(steps: readonly Step[], from: DialerState = initialDialer(false, 0)) {
  let state = from;
  let effects: readonly { readonly type: string }[] = [];
  const all: { readonly type: string }[] = [];
  for (const [now, message] of steps) {
    const step = decideDialer(state, message, { now, draw: () => 0 }, config);
    ({ state, effects } = step);
    all.push(...effects);
  }
  return { state, effects, all };
}
const dials = (all: readonly { readonly type: string }[]) => all.filter(({ type }) => type === 'dial').length;

describe('the dialer decides', () => {
  it('dials when told, and not again while a dial is in flight', () => {
    expect(dials(run([[0, { type: 'dial-now' }]]).all)).toBe(1);
    expect(
      dials(
        run([
          [0, { type: 'dial-now' }],
          [1, { type: 'dial-now' }],
        ]).all,
      ),
    ).toBe(1);
  });

  it('does not dial while it is linked', () => {
    expect(run([[0, { type: 'dial-now' }]], initialDialer(true, 0)).effects).toEqual([]);
  });

  it('hands a link over and tells whom it leads to', () => {
    expect(
      run([
        [0, { type: 'dial-now' }],
        [5, { type: 'dialed', link }],
      ]).effects,
    ).toEqual([
      { type: 'hand-over', link },
      { type: 'report', event: { type: 'linked', peer: link.peer, attempt: 1 } },
    ]);
  });

  it('waits after a failure and tells it with its code', () => {
    expect(
      run([
        [0, { type: 'dial-now' }],
        [5, fails('refused')],
      ]).effects,
    ).toEqual([
      { type: 'dial-after', waitMs: 200 },
      {
        type: 'report',
        event: { type: 'dial-failed', failure: { code: 'refused', text: 'refused!' }, times: 1, nextTryMs: 200 },
      },
    ]);
  });

  it('tells a failure at the first time, at each change of its code, and at every tenth', () => {
    const told = (codes: readonly string[]) =>
      run(
        codes.flatMap(
          (code, at) =>
            [
              [at, { type: 'dial-now' }],
              [at, fails(code)],
            ] as Step[],
        ),
      ).all.flatMap((effect) => ('event' in effect ? [(effect.event as { times: number }).times] : []));
    expect(told(Array(9).fill('refused'))).toEqual([1]);
    expect(told(Array(21).fill('refused'))).toEqual([1, 10, 20]);
    expect(told(['refused', 'refused', 'wrong-key', 'refused'])).toEqual([1, 1, 1]);
  });

  const linkedFor = (heldMs: number) => {
    const { state } = run([
      [0, { type: 'dial-now' }],
      [1, fails('refused')],
      [300, { type: 'dial-now' }],
      [400, { type: 'dialed', link }],
    ]);
    return run(
      [
        [400 + heldMs, { type: 'link-closed', end: lost }],
        [9_000, { type: 'dial-now' }],
      ],
      { ...state, waitMs: 900 },
    ).state;
  };

  it('a link that held 5 s starts the waits anew, one 1 ms short of it does not', () => {
    expect(linkedFor(4_999)).toMatchObject({ attempt: 3 });
    expect(linkedFor(5_000)).toMatchObject({ attempt: 1 });
  });

  it('ignores the end of a link that it does not have', () => {
    expect(
      run([
        [0, { type: 'dial-now' }],
        [1, { type: 'link-closed', end: lost }],
      ]).effects,
    ).toEqual([]);
    expect(run([[1, { type: 'link-closed', end: lost }]]).effects).toEqual([]);
  });

  it('has more patience with a master that is slow, after 40 dials ran out of time in a row', () => {
    const after = (times: number, code = 'timeout') =>
      run([[0, { type: 'dial-now' }]], { ...initialDialer(false, 0), lastFailure: { code, text: '' }, times }).effects;
    expect(after(39)).toMatchObject([{ connectWithinMs: 1_000, withinMs: 10_000 }]);
    expect(after(40)).toMatchObject([{ connectWithinMs: 10_000, withinMs: 10_000 }]);
    expect(after(40, 'refused')).toMatchObject([{ connectWithinMs: 1_000 }]);
  });

  it('gives up a dial that is overdue, not a later one', () => {
    expect(
      run([
        [0, { type: 'dial-now' }],
        [9, { type: 'dial-overdue', attempt: 1 }],
      ]).effects,
    ).toMatchObject([{ type: 'abort-dial' }]);
    expect(
      run([
        [0, { type: 'dial-now' }],
        [9, { type: 'dial-overdue', attempt: 0 }],
      ]).effects,
    ).toEqual([]);
    expect(
      run([
        [0, { type: 'dial-now' }],
        [5, { type: 'dialed', link }],
        [9, { type: 'dial-overdue', attempt: 1 }],
      ]).effects,
    ).toEqual([]);
  });
});

/** A dialer whose dials the test settles by hand. */
async function rig(isLinked = () => false) {
  const system = testSystem();
  const events: DialerEvent[] = [];
  const handed: FakeLink[] = [];
  const dialed: {
    readonly connected: () => void;
    readonly signal: AbortSignal;
    readonly open: (link: FakeLink) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  const deps = {
    clock: system.clock,
    random: fixedRandom(),
    dial: (signal: AbortSignal, connected: () => void) =>
      new Promise<FakeLink>((open, fail) => {
        dialed.push({ signal, connected, open, fail });
      }),
    linkOpened: (opened: FakeLink) => void handed.push(opened),
    isLinked,
    report: (event: DialerEvent) => void events.push(event),
  };
  const dialer = system.root.spawn((parent) => spawnDialer(parent, deps, config));
  await settle();
  return { system, clock: system.clock, events, handed, dialed, dialer };
}

describe('the dialer', () => {
  it('dials at once, and again 200 ms after a failure', async () => {
    const { system, clock, dialed, dialer } = await rig();
    expect(dialed).toHaveLength(1);
    dialed[0]?.fail(Object.assign(new Error('nobody listens there'), { code: 'refused' }));
    await settle();
    expect(await ask(dialer, getLink, 1_000)).toEqual({
      state: 'waiting',
      attempt: 1,
      lastError: { code: 'refused', text: 'nobody listens there' },
      nextTryMs: 200,
    });
    await clock.advance(199);
    expect(dialed).toHaveLength(1);
    await clock.advance(1);
    expect(dialed).toHaveLength(2);
    await system.stop();
  });

  it('hands the link over, and dials again when it has closed', async () => {
    const { system, clock, dialed, dialer, handed } = await rig();
    const opened = fakeLink('m');
    dialed[0]?.open(opened);
    await settle();
    expect(handed).toEqual([opened]);
    await clock.advance(60_000);
    expect(dialed).toHaveLength(1);
    tell(dialer, { type: 'link-closed', end: lost });
    await settle();
    await clock.advance(200);
    expect(dialed).toHaveLength(2);
    await system.stop();
    expect(opened.ends).toEqual([]);
  });

  it('gives up a dial after its time, even one that does not listen, and closes the link if it opens after all', async () => {
    const { system, clock, dialed, events, handed } = await rig();
    dialed[0]?.connected();
    await clock.advance(9_999);
    expect(dialed[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(dialed[0]?.signal.aborted).toBe(true);
    expect(events).toMatchObject([{ type: 'dial-failed', failure: { code: 'timeout' } }]);
    const late = fakeLink('m');
    dialed[0]?.open(late);
    await settle();
    expect(handed).toEqual([]);
    expect(late.ends).toEqual(['close shutting-down']);
    await system.stop();
  });

  it('gives up a dial that is not connected within a second, and tries anew', async () => {
    const { system, clock, dialed } = await rig();
    await clock.advance(999);
    expect(dialed[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(dialed[0]?.signal.aborted).toBe(true);
    await clock.advance(200);
    expect(dialed).toHaveLength(2);
    await system.stop();
  });

  it('a stop ends the dial in flight at once, leaves no timer and opens nothing', async () => {
    const { system, clock, dialed, handed } = await rig();
    await system.stop();
    expect(dialed[0]?.signal.aborted).toBe(true);
    const late = fakeLink('m');
    dialed[0]?.open(late);
    await settle();
    expect([late.ends, handed, clock.timers()]).toEqual([['close shutting-down'], [], 0]);
    await clock.advance(60_000);
    expect(dialed).toHaveLength(1);
  });

  it('a stop before the first dial comes to none', async () => {
    const dial = jest.fn();
    const system = testSystem();
    const deps = { clock: system.clock, random: fixedRandom(), dial, linkOpened: dial, isLinked: () => false };
    system.root.spawn((parent) => spawnDialer(parent, { ...deps, report: dial }, config));
    await system.stop();
    expect(dial).not.toHaveBeenCalled();
  });

  it('a link that has just opened when a stop begins is closed, handed to nobody and no news', async () => {
    const { system, dialed, handed, events } = await rig();
    const opened = fakeLink('m');
    dialed[0]?.open(opened);
    // As far as the mailbox, not out of it.
    for (let hop = 0; hop < 20; hop++) await undefined;
    await system.stop();
    expect([[...new Set(opened.ends)], handed, events]).toEqual([['close shutting-down'], [], []]);
  });

  it('a restart keeps an open link, and otherwise dials once', async () => {
    let linked = false;
    const { system, dialed } = await rig(() => linked);
    system.crash('/dialer', new Error('drill'));
    await settle();
    expect(dialed.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    linked = true;
    system.crash('/dialer', new Error('drill'));
    await settle();
    expect(dialed).toHaveLength(2);
    expect(dialed[1]?.signal.aborted).toBe(true);
    await system.stop();
  });
});
