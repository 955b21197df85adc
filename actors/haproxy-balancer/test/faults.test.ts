import { ask, tell } from '@muster/actor';
import { getBalance } from '../src/index.ts';
import { longestCallMs } from '../src/state.ts';
import { ModelFault } from './haproxy-model.ts';
import { admins, calm, member, modelWith, rig, up } from './rig.ts';

describe('what goes wrong in the middle', () => {
  it('other members: the plan is given up, the next is from how it is then', async () => {
    const { pass, members, model, of, system } = await calm(['w1', 'w2'], 100, {
      config: { chunk: 10, pauseMs: 2_000 },
    });
    await members(...up('w1', 'w2', 'w3'));
    await pass(4_000);
    const cut = model.ended.length;
    expect([cut > 0, cut < 33]).toEqual([true, true]);
    await members(member('w1'), member('w2'), member('w3', { standing: 'left' }));
    await pass(60_000);
    expect(model.counts()).toEqual({ w1: 50, w2: 50 });
    expect(of('plan')[1]?.from).toEqual({ w3: cut });
    await system.stop();
  });

  it('HAProxy restarted: nothing of the old list is ended, what it forgot is added, and it is balanced', async () => {
    const { pass, members, model, of, balancer, system } = await calm(['w1', 'w2'], 100, {
      config: { chunk: 10, pauseMs: 2_000 },
    });
    await members(...up('w1', 'w2', 'w3'));
    await pass(4_000);
    const cut = model.ended.length;
    model.restart();
    model.servers.delete('w3');
    await pass(1_500);
    expect(model.ended).toHaveLength(cut);
    await pass(20_000);
    expect(Object.values(model.counts()).toSorted()).toEqual([33, 33, 34]);
    expect(of('reached')).toEqual([{ type: 'reached', pid: 101, version: '2.6.12', before: 'other' }]);
    expect((await ask(balancer, getBalance, 1_000)).restartsSeen).toBe(1);
    await system.stop();
  });

  it('a restart of the actor: told the members it goes on from how it is, and leaves nothing in drain', async () => {
    const { pass, members, model, events, balancer, system } = await calm(['w1', 'w2', 'w3'], 90, {
      config: { chunk: 10, pauseMs: 1_000 },
    });
    await members(member('w1'), member('w2', { standing: 'left' }), member('w3'));
    await pass(1_500);
    expect([admins(model).w2, model.counts().w2]).toEqual(['drain', 10]);
    events.length = 0;
    tell(balancer, { type: 'members', members: undefined as never });
    await pass(1_000);
    expect(system.crashes).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'reached')).toMatchObject([{ before: 'none' }]);
    const calls = model.calls.length;
    await pass(3_000);
    expect(model.calls.slice(calls).every((call) => /^(instance|servers)/.test(call))).toBe(true);
    await members(...up('w1', 'w2', 'w3'));
    await pass(5_000);
    expect(admins(model)).toEqual({ w1: 'ready', w2: 'ready', w3: 'ready' });
    expect(events.filter(({ type }) => type === 'mended')).toMatchObject([
      { server: 'w2', found: 'drain', to: 'ready' },
    ]);
    await pass(30_000);
    expect(Object.values(model.counts()).every((count) => count >= 27)).toBe(true);
    await system.stop();
  });

  it('unreachable: told once, tried again after 1, 2, 4, then every 5 s, for ever', async () => {
    let away = true;
    const looks: number[] = [];
    const rigged = rig({
      model: modelWith(['w1']),
      gate: (call) => {
        if (call !== 'instance') return;
        looks.push(rigged.system.clock.now());
        if (away) throw new ModelFault('unreachable', 'nobody answers at /run/haproxy/admin.sock: start HAProxy');
      },
    });
    const { pass, members, of, balancer, system, model } = rigged;
    await members(member('w1'));
    await pass(28_000);
    expect(looks).toEqual([0, 1_000, 3_000, 7_000, 12_000, 17_000, 22_000, 27_000]);
    expect(of('unreachable')).toHaveLength(1);
    const view = await ask(balancer, getBalance, 1_000);
    expect([view.reachable, view.phase, view.trouble]).toEqual([
      false,
      'unreachable',
      'nobody answers at /run/haproxy/admin.sock: start HAProxy',
    ]);
    away = false;
    await pass(15_000);
    expect(of('reached')).toHaveLength(1);
    expect(admins(model)).toEqual({ w1: 'ready' });
    expect(system.crashes).toEqual([]);
    await system.stop();
  });

  it('one step that fails again and again holds up no other, and is told once', async () => {
    const { pass, members, model, of, balancer, system } = rig({
      model: modelWith(['w1', 'w2', 'w3']),
      port: (port) => ({
        ...port,
        ensureServer: async (server, signal) => {
          if (server.name === 'w2') throw new ModelFault('bad-name', 'w2 has an address that cannot be sent');
          await port.ensureServer(server, signal);
        },
      }),
      config: { joinTimeoutMs: 10_000 },
    });
    await members(...up('w1', 'w2', 'w3'));
    await pass(5_000);
    model.join(10);
    await pass(20_000);
    expect(admins(model)).toEqual({ w1: 'ready', w3: 'ready' });
    expect(of('failed')).toEqual([
      { type: 'failed', doing: 'adding w2', text: 'w2 has an address that cannot be sent' },
    ]);
    expect((await ask(balancer, getBalance, 1_000)).trouble).toContain('w2 has an address that cannot be sent');
    await members(...up('w1', 'w3'));
    await pass(2_000);
    expect((await ask(balancer, getBalance, 1_000)).trouble).toBeUndefined();
    await system.stop();
  });

  it('a call that never comes back is given up after its limit, told to end, and all goes on', async () => {
    const signals: AbortSignal[] = [];
    let hang = false;
    const { pass, members, model, of, system } = await calm(['w1', 'w2'], 20, {
      gate: (call, signal) => {
        if (call !== 'state' || !hang) return;
        hang = false;
        signals.push(signal);
        return new Promise<void>(() => {});
      },
    });
    hang = true;
    await members(member('w1'), member('w2', { standing: 'left' }));
    await pass(longestCallMs - 1_000);
    expect([signals[0]?.aborted, Object.keys(model.counts())]).toEqual([false, ['w1', 'w2']]);
    await pass(10_000);
    expect([signals[0]?.aborted, model.counts()]).toEqual([true, { w1: 20 }]);
    expect(of('failed')).toMatchObject([{ doing: 'setting w2 to drain' }]);
    await system.stop();
  });

  it('a stop while a call is in flight waits for it, then ends it; nothing is done after', async () => {
    const signals: AbortSignal[] = [];
    const { pass, members, model, system } = await calm(['w1', 'w2'], 20, {
      gate: (call, signal) => {
        if (call !== 'cut') return;
        signals.push(signal);
        return new Promise<void>(() => {});
      },
    });
    await members(member('w1'), member('w2', { standing: 'left' }));
    await pass(1_000);
    expect(signals).toHaveLength(1);
    let stopped = false;
    const stop = system.stop().then(() => {
      stopped = true;
    });
    await system.clock.advance(4_999);
    expect([stopped, signals[0]?.aborted]).toEqual([false, false]);
    await system.clock.advance(1);
    await stop;
    expect(signals[0]?.aborted).toBe(true);
    const calls = model.calls.length;
    await pass(200_000);
    expect(model.calls).toHaveLength(calls);
    expect(system.clock.timers()).toBe(0);
  });
});
