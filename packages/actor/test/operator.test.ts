/** What a person does to a running actor: restart it, and measure its mailbox. */
import { ask, type Ref, type Strategy, tell, watch } from '../src/index.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, held, note, type Probe, probe } from './rig.ts';

const backOff = { minMs: 100, maxMs: 100, factor: 1, jitter: 0 };
const busy = call((scope) => scope.run(forever, note, () => fault));

describe('a restart by hand', () => {
  it('ends the actor in good order and starts it anew under the same ref, and what waits goes on waiting', async () => {
    const lines: string[] = [];
    const { root, restart, inspect, clock } = testSystem();
    const a = root.spawn(probe('a', lines));
    const work = held<string>();
    tell(
      a,
      call((scope) =>
        scope.run(
          () => work.promise,
          note,
          () => fault,
        ),
      ),
    );
    await settle();
    const restarted = restart('/a');
    tell(a, note('waits'));
    await settle();
    expect([lines, inspect()[1]?.status]).toEqual([['a+', 'a-'], 'ending']);
    work.resolve('its work');
    expect(await restarted).toBe(true);
    await settle();
    expect(lines).toEqual(['a+', 'a-', 'a its work 1', 'a+', 'a waits 0']);
    expect(inspect()[1]).toMatchObject({ status: 'running', restarts: 1 });
    expect(clock.timers()).toBe(0);
  });

  it('gives work in flight its shutdown time, no more', async () => {
    const lines: string[] = [];
    const { root, restart, clock } = testSystem({ supervision: { shutdownMs: 50 } });
    tell(root.spawn(probe('a', lines)), busy);
    await settle();
    const restarted = restart('/a');
    await clock.advance(49);
    expect(lines).toEqual(['a+', 'a-']);
    await clock.advance(1);
    expect([await restarted, lines]).toEqual([true, ['a+', 'a-', 'a+']]);
  });

  it('is outside the budget of the supervisor', async () => {
    const { root, restart, giveUps, inspect } = testSystem({
      supervision: { intensity: { maxRestarts: 0, withinMs: 60_000 } },
    });
    root.spawn(probe('a', []));
    for (let n = 0; n < 10; n++) expect(await restart('/a')).toBe(true);
    expect([giveUps, inspect()[1]?.restarts]).toEqual([[], 10]);
  });

  it.each<Strategy>(['one-for-one', 'one-for-all', 'rest-for-one'])(
    'under %s is of that actor alone',
    async (strategy) => {
      const lines: string[] = [];
      const { root, restart } = testSystem({ supervision: { strategy } });
      for (const name of ['a', 'b', 'c']) root.spawn(probe(name, lines));
      await restart('/b');
      expect(lines).toEqual(['a+', 'b+', 'c+', 'b-', 'b+']);
    },
  );

  it('ends a back-off', async () => {
    const lines: string[] = [];
    const { root, restart, clock } = testSystem({ supervision: { backOff } });
    tell(root.spawn(probe('a', lines)), fault);
    await settle();
    expect([await restart('/a'), clock.timers(), lines]).toEqual([true, 0, ['a+', 'a+']]);
  });

  it('of one that waits to restart with its siblings starts them all, in order', async () => {
    const lines: string[] = [];
    const { root, restart } = testSystem({ supervision: { strategy: 'one-for-all', backOff } });
    const a = root.spawn(probe('a', lines));
    root.spawn(probe('b', lines));
    tell(a, fault);
    await settle();
    await restart('/b');
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'b-', 'a+', 'b+']);
  });

  it('by a handler of the actor itself lets that handler finish', async () => {
    const lines: string[] = [];
    const { root, restart } = testSystem();
    const asked = held<boolean>();
    tell(
      root.spawn(probe('a', lines)),
      call(() => {
        void restart('/a').then(asked.resolve);
        lines.push('goes on');
      }),
    );
    expect([await asked.promise, lines]).toEqual([true, ['a+', 'goes on', 'a-', 'a+']]);
  });

  it('whose start fails is a crash like any other', async () => {
    let starts = 0;
    const init = (): number => {
      if (++starts === 2) throw new Error('no start');
      return 0;
    };
    const { root, restart, crashes } = testSystem();
    root.spawn(probe('a', [], { init }));
    expect(await restart('/a')).toBe(true);
    await settle();
    expect([starts, crashes]).toMatchObject([3, [{ path: '/a', outcome: 'restart' }]]);
  });

  it('is refused for what there is not, for supervisors, for the root, and for a temporary actor', async () => {
    const lines: string[] = [];
    const { root, restart } = testSystem();
    root.supervise('nested');
    root.spawn(probe('t', lines), { restart: 'temporary' });
    for (const path of ['/nobody', '/nested', '/', '', '/t']) expect(await restart(path)).toBe(false);
    expect(lines).toEqual(['t+']);
  });

  it('is refused once a stop began, and a stop that comes meanwhile is final', async () => {
    const lines: string[] = [];
    const { root, restart, stop, clock } = testSystem({ supervision: { shutdownMs: 50 } });
    for (const name of ['a', 'b']) tell(root.spawn(probe(name, lines)), busy);
    await settle();
    const restarted = restart('/a');
    const stopped = stop();
    expect(await restart('/b')).toBe(false);
    await clock.advance(100);
    await stopped;
    expect([await restarted, lines, clock.timers()]).toEqual([false, ['a+', 'b+', 'a-', 'b-'], 0]);
  });

  it('waits for its supervisor, when that restarts meanwhile', async () => {
    const lines: string[] = [];
    const { root, restart, clock } = testSystem();
    const nested = root.supervise('nested', { intensity: { maxRestarts: 0, withinMs: 1 } });
    const a = nested.spawn(probe('a', lines));
    tell(nested.spawn(probe('b', lines)), busy);
    tell(a, busy);
    await settle();
    const restarted = restart('/nested/b');
    tell(a, fault);
    await clock.advance(5_000);
    expect([await restarted, lines]).toEqual([true, ['a+', 'b+', 'b-', 'a+', 'b+']]);
  });

  it('is no end of the actor for those who watch it', async () => {
    const { root, restart } = testSystem();
    const reasons: string[] = [];
    watch(root.spawn(probe('a', [])), (reason) => reasons.push(reason));
    await restart('/a');
    expect(reasons).toEqual([]);
  });
});

describe('a probe', () => {
  it('comes to its turn behind what waits, unseen by the actor, and counts as no message', async () => {
    const lines: string[] = [];
    const { root, probe: measure, inspect } = testSystem();
    let now = 0;
    const clock = { now: () => now, after: () => () => {} };
    const a = root.spawn(probe('a', lines, {}, clock));
    tell(
      a,
      call(() => {
        now += 3;
      }),
    );
    const probed = measure('/a');
    now = 1;
    expect(inspect()[1]).toMatchObject({ depth: 2 });
    expect(await probed).toEqual({ waitMs: 4 });
    expect(inspect()[1]).toMatchObject({ depth: 0, highWater: 2, processed: 1 });
    expect(lines).toEqual(['a+']);
  });

  it('waits out a crash and a restart of its actor', async () => {
    const { root, probe: measure, clock } = testSystem({ supervision: { backOff } });
    tell(root.spawn(probe('a', [], {}, clock)), fault);
    const probed = measure('/a');
    await clock.advance(100);
    expect(await probed).toEqual({ waitMs: 100 });
  });

  it('fails when its actor is stopped, stops, or is none', async () => {
    const { root, probe: measure, deadLetters } = testSystem();
    root.supervise('nested');
    const a = root.spawn(probe('a', []));
    const waiting = measure('/a');
    const stopping = root.stopChild(a);
    const late = measure('/a');
    for (const failing of [waiting, late, measure('/nested'), measure('/nobody')]) {
      await expect(failing).rejects.toMatchObject({ code: 'ACTOR_STOPPED' });
    }
    await stopping;
    expect(deadLetters().count).toBe(0);
  });

  it('displaces no message: a full mailbox refuses it, and drops it first where the oldest goes', async () => {
    const { root, probe: measure, inspect, deadLetters } = testSystem();
    const lines: string[] = [];
    const a = root.spawn(probe('a', lines, { mailbox: { capacity: 2, overflow: 'drop-oldest' } }));
    const oldest = measure('/a');
    tell(a, note('x'));
    await expect(measure('/a')).rejects.toMatchObject({ code: 'MAILBOX_FULL' });
    tell(a, note('y'));
    await expect(oldest).rejects.toMatchObject({ code: 'MAILBOX_FULL' });
    await settle();
    expect(lines).toEqual(['a+', 'a x 0', 'a y 1']);
    expect([inspect()[1]?.overflowed, deadLetters().count]).toEqual([0, 0]);
  });

  it('is one of 64 that wait, at most', async () => {
    const { root, probe: measure } = testSystem();
    root.spawn(probe('a', []));
    const probes = Array.from({ length: 65 }, () =>
      measure('/a').then(
        () => 'came',
        () => 'refused',
      ),
    );
    const outcomes = await Promise.all(probes);
    expect(outcomes.filter((outcome) => outcome === 'came')).toHaveLength(64);
    expect(outcomes.at(-1)).toBe('refused');
    await expect(measure('/a')).resolves.toEqual({ waitMs: 0 });
  });
});

describe('an actor by its path', () => {
  it('takes messages and questions as by its ref', async () => {
    const lines: string[] = [];
    const { root, refOf } = testSystem();
    const a = root.supervise('nested').spawn(probe('a', lines));
    const found = refOf('/nested/a') as Ref<Probe>;
    tell(found, note('x'));
    const reply = await ask<Probe, string>(found, (replyTo) => ({ type: 'echo', text: 'hello', replyTo }), 1_000);
    expect([found, reply, lines]).toEqual([a, 'hello', ['a+', 'a x 0']]);
  });

  it('is none where a supervisor is, where there is nothing, and after its stop', async () => {
    const { root, refOf } = testSystem();
    const nested = root.supervise('nested');
    const a = nested.spawn(probe('a', []));
    await nested.stopChild(a);
    expect(['/', '/nested', '/nested/a', '/nobody'].map(refOf)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
