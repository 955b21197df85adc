/** The inspector's answers of one node, on actors that are there for it. */
import { type Ref, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import { encodeEnvelope, MAX_NODE_REPLY, type WireMessage } from '@muster/protocol';
import { openInspecting } from '../../src/views/inspect.ts';
import { type Counted, counting } from './counting.ts';

function rig() {
  const backOff = { minMs: 100, maxMs: 100, factor: 1, jitter: 0 };
  const system = testSystem({ supervision: { backOff, intensity: { maxRestarts: 1_000, withinMs: 1_000 } } });
  const operated: string[] = [];
  const inspecting = openInspecting({
    ...{ system, clock: system.clock, role: 'worker', firstTrace: () => 1 },
    operated: (text) => operated.push(text),
  });
  const spawn = (name: string): Ref<Counted> => system.root.spawn(counting(name, system.clock));
  return { ...system, operated, spawn, ...inspecting };
}
const refused = (code: string) => expect.objectContaining({ code });
const fitsFrame = (message: WireMessage): boolean =>
  encodeEnvelope({ kind: 'reply', id: 1, message }).length < MAX_NODE_REPLY;

describe('an actor from inside', () => {
  it('is its row, its state without secrets, its last messages and what it may be sent', async () => {
    const { spawn, views, clock, crash } = rig();
    const ref = spawn('integrity');
    await clock.advance(5);
    await views.actor('/integrity');
    tell(ref, { type: 'count', key: 'hush' });
    await clock.advance(10);
    const detail = await views.actor('/integrity');
    expect(detail).toMatchObject({
      ...{ type: 'actor', upMs: 15, capacity: 65_536, overflowed: 0, inFlight: 0, children: [] },
      row: { path: '/integrity', kind: 'actor', state: 'running', mailbox: 0, processed: 1, restarts: 0 },
      state: '{"count":1,"key":"[redacted]"}',
      messages: [{ agoMs: 10, type: 'count', shown: '{"type":"count","key":"[redacted]"}', handlingMs: 0 }],
    });
    expect(detail.operations[0]).toEqual({
      ...{ form: 'ask', type: 'get-state', about: 'What it does now, and how it went since it started.' },
      example: '{"type":"get-state"}',
    });
    expect(JSON.stringify(detail)).not.toContain('hush');
    crash('/integrity', new Error('a drill'));
    await clock.advance(7);
    const down = await views.actor('/integrity');
    expect(down).toMatchObject({ lastErrorAgoMs: 7, row: { state: 'down', lastError: 'Error: a drill' } });
    expect(down).not.toHaveProperty('state');
  });

  it('that is a supervisor is its children', async () => {
    const { spawn, views } = rig();
    for (const name of ['a', 'b']) spawn(name);
    const detail = await views.actor('/');
    expect(detail).not.toHaveProperty('state');
    expect(detail.children.map(({ path }) => path)).toEqual(['/a', '/b']);
  });

  it('fits a frame, whatever it has', async () => {
    const { root, views, clock, spawn } = rig();
    const many = root.supervise('many');
    for (let n = 0; n < 1_200; n++) many.spawn(counting(`${n}`.padEnd(200, 'x'), clock));
    const detail = await views.actor('/many');
    expect(detail.children.length).toBeGreaterThan(100);
    expect(fitsFrame(detail)).toBe(true);
    const a = spawn('a');
    await views.actor('/a');
    const long = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, '€\u0001'.repeat(100)]));
    for (let n = 0; n < 40; n++) tell(a, { type: 'count', ...long, text: `${n}` });
    await settle();
    const busy = await views.actor('/a');
    expect(busy.messages.length).toBe(32);
    expect(fitsFrame(busy)).toBe(true);
  });

  it('that there is not is refused, with where to look', async () => {
    const { views } = rig();
    const words = 'There is no actor at "/nobody"; muster tree lists those there are.';
    expect(() => views.actor('/nobody')).toThrow(expect.objectContaining({ code: 'no-such-actor', message: words }));
  });
});

describe('dead letters', () => {
  it('are told oldest first, and fit a frame', async () => {
    const { root, spawn, views, clock } = rig();
    const a = spawn('a');
    await root.stopChild(a);
    const long = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, '€'.repeat(300)]));
    for (let n = 0; n < 300; n++) tell(a, { type: 'count', text: String(n), ...(n < 299 ? long : {}) });
    await clock.advance(3);
    const letters = await views.deadLetters();
    expect(letters.count).toBe(300);
    expect(letters.rows).toHaveLength(256);
    expect(letters.rows.at(-1)).toEqual({
      ...{ agoMs: 3, to: '/a', message: 'count', reason: 'stopped' },
      shown: '{"type":"count","text":"299"}',
    });
    expect(fitsFrame(letters)).toBe(true);
  });
});

describe('an operator', () => {
  it('crashes an actor, which is said and written down', async () => {
    const { spawn, views, operated, crashes, clock } = rig();
    spawn('a');
    await views.crash('/a');
    await clock.advance(50);
    expect([operated, crashes.length]).toEqual([['/a was crashed'], 1]);
    expect(() => views.crash('/a')).toThrow(refused('not-running-now'));
    expect(() => views.crash('/nobody')).toThrow(refused('no-such-actor'));
    expect(() => views.crash('/')).toThrow(refused('not-an-actor'));
    expect(operated).toHaveLength(1);
  });

  it('restarts an actor, also one that is down; not one that is temporary, or a supervisor, or none', async () => {
    const { root, spawn, views, operated, inspect, clock } = rig();
    spawn('a');
    root.spawn(counting('t', clock), { restart: 'temporary' });
    await views.restart('/a');
    expect([operated, inspect()[1]?.restarts]).toEqual([['/a was restarted'], 1]);
    await views.crash('/a');
    await views.restart('/a');
    expect(inspect()[1]).toMatchObject({ status: 'running', restarts: 2 });
    await expect(views.restart('/t')).rejects.toEqual(refused('not-restarted'));
    await expect(views.restart('/')).rejects.toEqual(refused('not-an-actor'));
    await expect(views.restart('/nobody')).rejects.toEqual(refused('no-such-actor'));
  });

  it('tells an actor what it takes, and nothing else', async () => {
    const { root, spawn, views, operated, state } = rig();
    const ref = spawn('integrity');
    await views.tellActor('/integrity', '{"type":"dirty","directories":["etc"]}');
    await settle();
    expect(state('/integrity')).toMatchObject({ count: 1 });
    expect(operated).toEqual(['/integrity was told {"type":"dirty","directories":["etc"]}']);
    expect(() => views.tellActor('/integrity', '{"type":"count"}')).toThrow(refused('bad-operation'));
    expect(() => views.tellActor('/nobody', '{}')).toThrow(refused('no-such-actor'));
    expect(() => views.tellActor('/', '{}')).toThrow(refused('not-an-actor'));
    expect(operated).toHaveLength(1);
    const stopping = root.stopChild(ref);
    expect(() => views.tellActor('/integrity', '{"type":"dirty","directories":["etc"]}')).toThrow(
      refused('overloaded'),
    );
    await stopping;
  });

  it('is told in time that an actor does not answer', async () => {
    const { spawn, views, clock } = rig();
    spawn('integrity');
    const asked = views.askActor('/integrity', '{"type":"get-state"}') as Promise<unknown>;
    const outcome = asked.then(
      () => 'answered',
      (error: Error) => error.message,
    );
    await clock.advance(5_000);
    expect(await outcome).toContain('did not answer within 5000 ms');
  });
});

describe('a bench', () => {
  it('sends empty messages, one after the other, and sums up how long they waited', async () => {
    const { spawn, views, state } = rig();
    spawn('a');
    expect(await views.bench('/a', 100)).toEqual({
      ...{ type: 'bench', count: 100, tookMs: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 },
    });
    expect(state('/a')).toMatchObject({ count: 0 });
  });

  it('answers within 1.5 s: that none came back, or how many did', async () => {
    const { spawn, views, clock, crash } = rig();
    spawn('a');
    const started = views.bench('/a', 10_000) as Promise<{ readonly count: number }>;
    await settle();
    crash('/a', new Error('a drill'));
    const done = started.then(({ count }) => count);
    await clock.advance(1_500);
    expect(await done).toBeGreaterThan(0);
  });

  it('of an actor that is down says so', async () => {
    const { root, views, clock } = rig();
    const slow = root.supervise('slow', { backOff: { minMs: 5_000, maxMs: 5_000, factor: 1, jitter: 0 } });
    slow.spawn(counting('a', clock));
    await views.crash('/slow/a');
    const outcome = (views.bench('/slow/a', 5) as Promise<unknown>).catch((error: unknown) => error);
    await clock.advance(1_500);
    expect(await outcome).toEqual(refused('timeout'));
    await expect(views.bench('/slow', 1)).rejects.toEqual(refused('not-an-actor'));
    await expect(views.bench('/nobody', 1)).rejects.toEqual(refused('no-such-actor'));
  });

  it('leaves no timer behind, nor do looks and traces once all is closed', async () => {
    const { spawn, views, clock, close } = rig();
    spawn('a');
    await views.bench('/a', 1);
    expect(clock.timers()).toBe(0);
    await views.actor('/a');
    await views.trace({ type: 'get-trace', pattern: '/a' });
    close();
    expect(clock.timers()).toBe(0);
  });
});
