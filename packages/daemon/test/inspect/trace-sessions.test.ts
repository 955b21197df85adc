import { tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import { encodeEnvelope } from '@muster/protocol';
import {
  idleMs,
  mostPerSecond,
  mostSessions,
  mostWaiting,
  openTraceSessions,
} from '../../src/inspect/trace-sessions.ts';
import { counting } from './counting.ts';

function rig() {
  const system = testSystem();
  const sessions = openTraceSessions(system, system.clock, () => 7);
  const spawn = (name: string) => system.root.spawn(counting(name, system.clock));
  return { ...system, sessions, spawn };
}

describe('a trace session', () => {
  it('tells what was handled since the last question, and how many actors fit', async () => {
    const { sessions, spawn, clock } = rig();
    const a = spawn('a');
    tell(spawn('b'), { type: 'count' });
    tell(a, { type: 'count', text: 'before' });
    await settle();
    expect(sessions.ask({ pattern: '/a' })).toEqual({ type: 'trace', session: 7, rows: [], dropped: 0, actors: 1 });
    tell(a, { type: 'count', text: 'x', key: 'hush' });
    await clock.advance(30);
    const shown = '{"type":"count","text":"x","key":"[redacted]"}';
    expect(sessions.ask({ pattern: '/a', session: 7 })).toEqual({
      ...{ type: 'trace', session: 7, dropped: 0, actors: 1 },
      rows: [{ agoMs: 30, path: '/a', message: 'count', shown, waitMs: 0, handlingMs: 0 }],
    });
    expect(sessions.ask({ pattern: '/a', session: 7 }).rows).toEqual([]);
  });

  it('counts the actors that fit anew once a second, also those that came later', async () => {
    const { sessions, spawn, clock } = rig();
    expect(sessions.ask({ pattern: '/*' }).actors).toBe(0);
    spawn('a');
    await clock.advance(999);
    expect(sessions.ask({ pattern: '/*', session: 7 }).actors).toBe(0);
    await clock.advance(1);
    expect(sessions.ask({ pattern: '/*', session: 7 }).actors).toBe(1);
  });

  it('that another node opened gives way to one that is opened here, and to none of another node', () => {
    const { sessions } = rig();
    sessions.ask({ pattern: '/own' });
    for (let n = 1; n < mostSessions; n++) sessions.ask({ pattern: '/theirs' }, true);
    expect(() => sessions.ask({ pattern: '/theirs' }, true)).toThrow(/traces are open/);
    for (let n = 1; n < mostSessions; n++)
      expect(sessions.ask({ pattern: '/here' })).toMatchObject({ session: 6 + mostSessions + n });
    expect(() => sessions.ask({ pattern: '/here' })).toThrow(/traces are open/);
    expect(sessions.ask({ pattern: '/own', session: 7 }).session).toBe(7);
  });

  it('shows 200 rows of one second and counts the others', async () => {
    const { sessions, spawn, clock } = rig();
    const a = spawn('a');
    sessions.ask({ pattern: '/a' });
    for (let n = 0; n < mostPerSecond + 5; n++) tell(a, { type: 'count', text: String(n) });
    await settle();
    const first = sessions.ask({ pattern: '/a', session: 7 });
    expect([first.rows.length, first.dropped]).toEqual([mostPerSecond, 5]);
    expect(first.rows.at(-1)?.shown).toContain('"199"');
    await clock.advance(999);
    tell(a, { type: 'count' });
    await settle();
    expect(sessions.ask({ pattern: '/a', session: 7 })).toMatchObject({ rows: [], dropped: 1 });
    await clock.advance(1);
    tell(a, { type: 'count' });
    await settle();
    expect(sessions.ask({ pattern: '/a', session: 7 })).toMatchObject({ rows: [{ path: '/a' }], dropped: 0 });
  });

  it('keeps 1,000 rows for the next question, the newest, 200 to an answer', async () => {
    const { sessions, spawn, clock } = rig();
    const a = spawn('a');
    sessions.ask({ pattern: '/a' });
    for (let n = 0; n < 6; n++) {
      for (let k = 0; k < mostPerSecond; k++) tell(a, { type: 'count', text: String(n * mostPerSecond + k) });
      await clock.advance(1_000);
    }
    const answers = Array.from({ length: 6 }, () => sessions.ask({ pattern: '/a', session: 7 }));
    expect(answers.map(({ rows, dropped }) => [rows.length, dropped])).toEqual([
      [200, 6 * mostPerSecond - mostWaiting],
      [200, 0],
      [200, 0],
      [200, 0],
      [200, 0],
      [0, 0],
    ]);
    expect(answers[0]?.rows[0]?.shown).toContain('"200"');
  });

  it('fits a frame, however long what it shows is', async () => {
    const { sessions, spawn } = rig();
    const a = spawn('a');
    sessions.ask({ pattern: '/a' });
    const long = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, '€'.repeat(300)]));
    for (let n = 0; n < mostPerSecond; n++) tell(a, { type: 'count', ...long });
    await settle();
    const message = sessions.ask({ pattern: '/a', session: 7 });
    expect(message.rows).toHaveLength(mostPerSecond);
    expect(() => encodeEnvelope({ kind: 'reply', id: 1, message })).not.toThrow();
  });

  it('is over when nobody asks for 10 s, not before: then it is another', async () => {
    const { sessions, spawn, clock } = rig();
    const a = spawn('a');
    sessions.ask({ pattern: '/a' });
    await clock.advance(idleMs - 1);
    expect(sessions.ask({ pattern: '/a', session: 7 }).session).toBe(7);
    tell(a, { type: 'count' });
    await clock.advance(idleMs);
    expect(clock.timers()).toBe(0);
    expect(sessions.ask({ pattern: '/a', session: 7 })).toMatchObject({ session: 8, rows: [] });
  });

  it('of another pattern than its number says is another', () => {
    const { sessions } = rig();
    sessions.ask({ pattern: '/a' });
    expect(sessions.ask({ pattern: '/b', session: 7 }).session).toBe(8);
  });

  it('is one of four; a fifth is refused until one is over', async () => {
    const { sessions, clock } = rig();
    for (let n = 0; n < mostSessions; n++) sessions.ask({ pattern: '/a' });
    expect(() => sessions.ask({ pattern: '/a' })).toThrow(expect.objectContaining({ code: 'too-many-traces' }));
    expect(sessions.ask({ pattern: '/a', session: 9 }).session).toBe(9);
    await clock.advance(idleMs);
    expect(sessions.ask({ pattern: '/a' }).session).toBe(11);
  });

  it('of a bad pattern is none', () => {
    const { sessions, clock } = rig();
    expect(() => sessions.ask({ pattern: 'a' })).toThrow(expect.objectContaining({ code: 'bad-pattern' }));
    expect(clock.timers()).toBe(0);
  });

  it('leaves nothing behind when all are closed', async () => {
    const { sessions, spawn, clock } = rig();
    const a = spawn('a');
    for (let n = 0; n < mostSessions; n++) sessions.ask({ pattern: '/a' });
    sessions.close();
    expect(clock.timers()).toBe(0);
    tell(a, { type: 'count' });
    await settle();
    expect(sessions.ask({ pattern: '/a' }).rows).toEqual([]);
  });
});
