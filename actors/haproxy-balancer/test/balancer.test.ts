import { ask, tell } from '@muster/actor';
import { settle } from '@muster/actor/testing';
import { getBalance } from '../src/index.ts';
import { longestCallMs } from '../src/state.ts';
import { ModelFault } from './haproxy-model.ts';
import { type Gate, member, modelWith, type RigOptions, rig } from './rig.ts';

const admins = (model: ReturnType<typeof modelWith>) =>
  Object.fromEntries([...model.servers.values()].map(({ name, admin }) => [name, admin]));

/** `count` agents on `names`, balanced, everything at rest. */
async function calm(names: readonly string[], count: number, options: RigOptions = {}) {
  const model = options.model ?? modelWith(['w1', 'w2', 'w3', 'w4', 'w5']);
  const all = rig({ ...options, model });
  await all.members(...names.map((name) => member(name)));
  await all.pass(3_000);
  model.join(count);
  await all.pass(2_000);
  all.events.length = 0;
  model.calls.length = 0;
  return { ...all, model };
}
const up = (...names: readonly string[]) => names.map((name) => member(name));

describe('who is in the cluster has a server', () => {
  it('who is up is added in drain, and gets agents once its check is good, within two seconds', async () => {
    const { pass, members, model, of, system } = rig({ model: modelWith(['w1', 'w2']) });
    await members(...up('w1', 'w2'));
    await pass(50);
    expect(admins(model)).toEqual({ w1: 'drain', w2: 'drain' });
    await pass(1_450);
    expect(admins(model)).toEqual({ w1: 'ready', w2: 'ready' });
    expect(of('membership')).toEqual([{ type: 'membership', adding: ['w1', 'w2'], removing: [] }]);
    expect(of('joined').map(({ server }) => server)).toEqual(['w1', 'w2']);
    expect(model.file().map(({ name }) => name)).toEqual(['w1', 'w2']);
    await system.stop();
  });

  it('before the cluster spoke nothing is changed', async () => {
    const { pass, model, system } = rig({ model: modelWith(['w1']) });
    model.configure(member('w1'));
    model.driver.setState('w1', 'drain');
    await pass(5_000);
    expect(model.calls.filter((call) => !/^(instance|servers|prepare)/.test(call))).toEqual([]);
    await system.stop();
  });

  it('one that left is drained, emptied in chunks, put into maintenance and removed', async () => {
    const { pass, members, model, of, system } = await calm(['w1', 'w2', 'w3'], 150, {
      config: { chunk: 20, pauseMs: 500 },
    });
    await members(member('w1'), member('w2', { standing: 'left' }), member('w3'));
    await pass(10_000);
    expect(model.counts()).toEqual({ w1: 75, w3: 75 });
    expect(of('chunk-cut').map(({ cuts, left }) => [cuts, left])).toEqual([
      [20, 30],
      [20, 10],
      [10, 0],
    ]);
    expect([of('leaving').length, of('removed').length]).toEqual([1, 1]);
    expect(model.calls.filter((call) => / w2\b/.test(call) && !call.startsWith('cut'))).toEqual([
      'state w2 drain',
      'state w2 maint',
      'remove w2',
    ]);
    expect(model.file().map(({ name }) => name)).toEqual(['w1', 'w3']);
    await system.stop();
  });

  it('a removal that HAProxy refuses for connections that still close is asked again until it is done', async () => {
    let busy = 3;
    const { pass, members, model, of, system } = await calm(['w1', 'w2'], 4, {
      port: (port) => ({
        ...port,
        removeServer: async (name, signal) => (busy-- > 0 ? 'busy' : await port.removeServer(name, signal)),
      }),
    });
    await members(member('w1'), member('w2', { standing: 'left' }));
    await pass(20_000);
    expect(Object.keys(model.counts())).toEqual(['w1']);
    expect([of('removed').length, of('failed').length]).toEqual([1, 0]);
    await system.stop();
  });

  it('a drained one is emptied and kept, and takes agents again when it may', async () => {
    const { pass, members, model, system } = await calm(['w1', 'w2', 'w3'], 90);
    await members(member('w1'), member('w2', { standing: 'drained' }), member('w3'));
    await pass(5_000);
    expect([model.counts(), admins(model).w2]).toEqual([{ w1: 45, w2: 0, w3: 45 }, 'drain']);
    await members(...up('w1', 'w2', 'w3'));
    await pass(5_000);
    expect([model.counts(), admins(model).w2]).toEqual([{ w1: 30, w2: 30, w3: 30 }, 'ready']);
    expect(model.ended).toHaveLength(30 + 30);
    await system.stop();
  });

  it('one that moved is replaced', async () => {
    const { pass, members, model, system } = await calm(['w1', 'w2'], 40);
    model.live('10.0.7.2 1514');
    await members(member('w1'), member('w2', { address: '10.0.7.2' }));
    await pass(10_000);
    expect(model.servers.get('w2')?.address).toBe('10.0.7.2');
    expect(model.counts()).toEqual({ w1: 20, w2: 20 });
    await system.stop();
  });

  it('one that cluster and HAProxy see down is emptied at once, and removed after its time', async () => {
    const { pass, members, model, system } = await calm(['w1', 'w2'], 40, { config: { removeAfterMs: 60_000 } });
    model.die('10.0.0.2 1514', false);
    const down = member('w2', { standing: 'down', since: system.clock.now() });
    await members(member('w1'), down);
    await pass(10_000);
    expect(model.counts()).toEqual({ w1: 40, w2: 0 });
    await pass(49_000);
    expect(Object.keys(model.counts())).toEqual(['w1', 'w2']);
    await pass(3_000);
    expect(Object.keys(model.counts())).toEqual(['w1']);
    await system.stop();
  });

  it("an operator's own server is kept while HAProxy sees it up, and takes part", async () => {
    const model = modelWith(['w1']);
    model.live('10.5.0.1 1514');
    model.configure({ name: 'spare', address: '10.5.0.1', port: 1514, weight: 100 });
    const { pass, members, system } = rig({ model });
    model.join(10);
    await members(member('w1'));
    await pass(5_000);
    expect(model.counts()).toEqual({ spare: 5, w1: 5 });
    expect(model.file().map(({ name }) => name)).toEqual(['spare', 'w1']);
    await system.stop();
  });

  it('a server edited by hand is put right and told: state, weight, gone', async () => {
    const { pass, model, of, system } = await calm(['w1', 'w2', 'w3'], 30);
    model.driver.setState('w1', 'drain');
    model.driver.setState('w2', 'maint');
    model.driver.setWeight('w3', 7);
    await pass(4_000);
    expect(admins(model)).toEqual({ w1: 'ready', w2: 'ready', w3: 'ready' });
    expect(model.servers.get('w3')?.weight).toBe(100);
    expect(of('mended').map(({ server, found, to }) => `${server} ${found} ${to}`)).toEqual([
      'w1 drain ready',
      'w2 maint drain',
    ]);
    expect(model.ended).toHaveLength(0);
    await system.stop();
  });

  it('the advice of the driver is told once, and shown', async () => {
    const advice = { code: 'algorithm', text: 'roundrobin does not converge: write balance leastconn' };
    const { pass, model, of, balancer, system } = await calm(['w1'], 0, {
      port: (port) => ({ ...port, prepare: async () => [advice] }),
    });
    model.restart();
    await pass(3_000);
    expect(of('advice')).toEqual([]);
    expect((await ask(balancer, getBalance, 1_000)).advice).toEqual([advice]);
    await system.stop();
  });
});

describe('sessions are balanced with the fewest cuts', () => {
  it('a fourth server that joins 300 sessions costs 75 cuts in one pass', async () => {
    const { pass, members, model, of, system } = await calm(['w1', 'w2', 'w3'], 300);
    await members(...up('w1', 'w2', 'w3', 'w4'));
    await pass(10_000);
    expect(model.counts()).toEqual({ w1: 75, w2: 75, w3: 75, w4: 75 });
    expect(model.ended).toHaveLength(75);
    expect(of('plan')).toEqual([{ type: 'plan', cuts: 75, of: 300, from: { w1: 25, w2: 25, w3: 25 } }]);
    expect(of('settled')).toMatchObject([{ cuts: 75, inTime: true }]);
    expect(of('balanced')).toEqual([{ type: 'balanced', sessions: 300 }]);
    await system.stop();
  });

  it('agents that are not back in time are waited for no longer, and not made good by others', async () => {
    const { pass, members, model, of, system } = await calm(['w1', 'w2'], 40, { config: { settleMs: 10_000 } });
    for (const agent of model.agents) agent.temper = 'refuses';
    await members(...up('w1', 'w2', 'w3'));
    await pass(60_000);
    expect(of('settled')).toEqual([{ type: 'settled', cuts: 13, tookMs: expect.any(Number), inTime: false }]);
    expect(of('settled')[0]?.tookMs).toBeGreaterThanOrEqual(10_000);
    await pass(60_000);
    expect(of('plan')).toHaveLength(2);
    await pass(60_000);
    expect(of('plan')).toHaveLength(2);
    await system.stop();
  });

  it('agents that arrive while a plan runs are not moved, and need not be', async () => {
    const { pass, members, model, of, system } = await calm(['w1', 'w2'], 100, {
      config: { chunk: 5, pauseMs: 1_000 },
    });
    await members(...up('w1', 'w2', 'w3'));
    await pass(3_000);
    const old = new Set(model.agents.map(({ name }) => name));
    model.join(50);
    await pass(60_000);
    expect(Object.values(model.counts())).toEqual([50, 50, 50]);
    expect(model.ended.every(({ agent }) => old.has(agent))).toBe(true);
    expect(model.ended.length).toBeLessThan(33);
    expect(of('plan').length).toBeGreaterThan(0);
    await system.stop();
  });

  it('within the tolerance nobody is moved; beyond it, back into it, not before its turn', async () => {
    const { pass, model, system } = await calm(['w1', 'w2', 'w3'], 300);
    const from = (server: string, count: number) => {
      for (const agent of model.agents.filter(({ on }) => on === server).slice(0, count)) model.quit(agent);
    };
    from('w2', 12);
    await pass(61_000);
    expect(model.ended).toHaveLength(0);
    from('w3', 40);
    await pass(30_000);
    expect(model.ended).toHaveLength(0);
    await pass(40_000);
    const { w1 = 0, w2 = 0, w3 = 0 } = model.counts();
    expect(w1 + w2 + w3).toBe(248);
    expect([Math.max(w1, w2, w3) <= 90, Math.min(w1, w2, w3) >= 74]).toEqual([true, true]);
    await system.stop();
  });

  it('several that join at once are waited for, so that sessions move once', async () => {
    const { pass, members, model, of, system } = await calm(['w1', 'w2'], 100, {});
    await members(...up('w1', 'w2', 'w3'));
    await pass(600);
    await members(...up('w1', 'w2', 'w3', 'w4'));
    await pass(700);
    await members(...up('w1', 'w2', 'w3', 'w4', 'w5'));
    await pass(10_000);
    expect(model.counts()).toEqual({ w1: 20, w2: 20, w3: 20, w4: 20, w5: 20 });
    expect([of('plan').length, model.ended.length]).toEqual([1, 60]);
    await system.stop();
  });

  it('one that never comes up is told, and waited for no longer', async () => {
    const { pass, members, model, of, system } = await calm(['w1', 'w2'], 30, { config: { joinTimeoutMs: 20_000 } });
    await members(...up('w1', 'w2', 'w3', 'w9'));
    await pass(19_000);
    expect([of('not-up').length, of('plan').length]).toEqual([0, 0]);
    await pass(5_000);
    expect(of('not-up')).toEqual([{ type: 'not-up', server: 'w9' }]);
    expect(model.counts()).toEqual({ w1: 10, w2: 10, w3: 10, w9: 0 });
    expect(admins(model).w9).toBe('drain');
    await system.stop();
  });
});

describe('a node that comes and goes', () => {
  const clockOf = (rigged: Awaited<ReturnType<typeof calm>>) => rigged.system.clock.now();

  it('one that was silent and is back keeps its sessions: nobody is moved', async () => {
    const rigged = await calm(['w1', 'w2', 'w3'], 90);
    for (let i = 0; i < 10; i++) {
      await rigged.members(member('w1'), member('w2', { standing: 'suspect', since: clockOf(rigged) }), member('w3'));
      await rigged.pass(1_200);
      expect(admins(rigged.model).w2).toBe('drain');
      await rigged.members(...up('w1', 'w2', 'w3'));
      await rigged.pass(1_200);
    }
    expect(admins(rigged.model).w2).toBe('ready');
    expect(rigged.model.ended).toHaveLength(0);
    await rigged.system.stop();
  });

  it('all silent: all stay ready', async () => {
    const rigged = await calm(['w1', 'w2'], 20);
    const since = clockOf(rigged);
    await rigged.members(member('w1', { standing: 'suspect', since }), member('w2', { standing: 'suspect', since }));
    await rigged.pass(3_000);
    expect(admins(rigged.model)).toEqual({ w1: 'ready', w2: 'ready' });
    expect(rigged.model.calls.filter((call) => call.startsWith('state'))).toEqual([]);
    await rigged.system.stop();
  });

  it('one that was down and is back is balanced once; one that flaps moves nobody more often than the frequency', async () => {
    const rigged = await calm(['w1', 'w2', 'w3'], 90, { config: { frequencyMs: 60_000 } });
    const { model, members, pass, of } = rigged;
    const flap = async (): Promise<void> => {
      model.die('10.0.0.2 1514', true);
      await members(member('w1'), member('w2', { standing: 'down', since: clockOf(rigged) }), member('w3'));
      await pass(5_000);
      model.live('10.0.0.2 1514');
      await members(...up('w1', 'w2', 'w3'));
      await pass(5_000);
    };
    await flap();
    expect([of('plan').length, model.ended.length]).toEqual([1, 30]);
    expect(model.counts()).toEqual({ w1: 30, w2: 30, w3: 30 });
    const from = clockOf(rigged);
    for (let i = 0; i < 12; i++) await flap();
    const minutes = (clockOf(rigged) - from) / 60_000;
    expect(of('plan').length - 1).toBeLessThanOrEqual(Math.ceil(minutes));
    await pass(70_000);
    expect(Math.max(...Object.values(model.counts())) - Math.min(...Object.values(model.counts()))).toBeLessThanOrEqual(
      6,
    );
    await rigged.system.stop();
  });
});

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
    let bad = true;
    const gate: Gate = (call) => {
      if (call === 'cut' && bad) bad = false;
    };
    const { pass, members, model, events, balancer, system } = await calm(['w1', 'w2', 'w3'], 90, {
      gate,
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

  it('unreachable: told once, tried again after 1, 2, 4 … at most 30 s, for ever', async () => {
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
    await pass(200_000);
    expect(looks).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000, 121_000, 151_000, 181_000]);
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

describe('a driver that neither lists nor ends sessions', () => {
  /** Agents of a node that are asked connect anew 5 s later. */
  async function asking(names: readonly string[], count: number, means: 'api' | 'none' = 'api') {
    const model = modelWith(['w1', 'w2', 'w3', 'w4']);
    const asked: string[] = [];
    const due: { readonly at: number; readonly source: string; readonly server: string }[] = [];
    const all = await calm(names, count, {
      model,
      config: { chunk: 10, pauseMs: 6_000 },
      port: (port) => ({ ...port, capabilities: { sessions: false, cut: false, weights: false } }),
      ...(means === 'api' && {
        reconnectAgents: async (node: string, atMost: number) => {
          const waiting = new Set(due.map(({ source }) => source));
          const free = model.agents.filter(({ on, source }) => on === node && !waiting.has(source)).slice(0, atMost);
          asked.push(`${node} ${atMost}`);
          for (const { source } of free) due.push({ at: model.now() + 5_000, source, server: node });
          return free.length;
        },
      }),
    });
    return {
      ...all,
      asked,
      pass: async (ms: number): Promise<void> => {
        for (let left = ms; left > 0; left -= 500) {
          await all.pass(500);
          for (const { source, server } of due.filter(({ at }) => at <= model.now())) {
            model.driver.cut({ server, sources: [source], keep: 0 });
          }
          due.splice(0, due.length, ...due.filter(({ at }) => at > model.now()));
        }
      },
    };
  }

  it('asks agents to connect anew, in chunks, once, and waits until they have', async () => {
    const { pass, members, model, asked, of, system } = await asking(['w1', 'w2', 'w3'], 90);
    await members(...up('w1', 'w2', 'w3', 'w4'));
    await pass(60_000);
    expect(Object.values(model.counts()).toSorted()).toEqual([22, 22, 23, 23]);
    expect(asked.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0)).toBe(22);
    expect(of('plan').length).toBe(1);
    expect(of('settled')).toMatchObject([{ cuts: 22, inTime: true }]);
    expect(model.calls.some((call) => /^(sessions|cut)/.test(call))).toBe(false);
    expect(Object.values(admins(model)).every((admin) => admin === 'ready')).toBe(true);
    await system.stop();
  });

  it('of one that left the agents are asked, then it is put into maintenance', async () => {
    const { pass, members, model, system } = await asking(['w1', 'w2', 'w3'], 30);
    await members(member('w1'), member('w2', { standing: 'left' }), member('w3'));
    await pass(40_000);
    expect(model.counts()).toEqual({ w1: 15, w3: 15 });
    await system.stop();
  });

  it('with nobody to ask, who left is put into maintenance, and removed when its agents are gone', async () => {
    const { pass, members, model, of, system } = await asking(['w1', 'w2'], 30, 'none');
    await members(member('w1'), member('w2', { standing: 'left' }));
    await pass(5_000);
    expect([admins(model).w2, model.counts().w2]).toEqual(['maint', 15]);
    for (const agent of model.agents.filter(({ on }) => on === 'w2')) model.quit(agent);
    await pass(40_000);
    expect([Object.keys(model.counts()), of('plan').length]).toEqual([['w1'], 0]);
    await system.stop();
  });
});

describe('the view', () => {
  it('shows what a plan made now would do', async () => {
    const { pass, members, model, balancer, system } = await calm(['w1', 'w2', 'w3'], 300, {
      config: { joinTimeoutMs: 60_000 },
    });
    for (const agent of model.agents.filter(({ on }) => on === 'w3').slice(0, 60)) model.quit(agent);
    await pass(2_000);
    const view = await ask(balancer, getBalance, 1_000);
    expect(view).toMatchObject({ reachable: true, phase: 'unbalanced', sessions: 240, plans: 0, cuts: 0, pid: 100 });
    expect(view.doing).toBe('unbalanced, a plan would end 32');
    expect(view.servers.map(({ name, sessions, target, cuts }) => [name, sessions, target, cuts])).toEqual([
      ['w1', 100, 80, 16],
      ['w2', 100, 80, 16],
      ['w3', 40, 80, 0],
    ]);
    await members(...up('w1', 'w2', 'w3'), member('w4', { standing: 'excluded' }));
    await settle();
    const row = (await ask(balancer, getBalance, 1_000)).servers.find(({ name }) => name === 'w4');
    expect(row).toEqual({
      name: 'w4',
      address: '10.0.0.4:1514',
      standing: 'excluded',
      weight: 100,
      sessions: 0,
      target: 0,
      cuts: 0,
    });
    await system.stop();
  });

  it('says what it is at, in words', async () => {
    const { pass, members, balancer, system } = await calm(['w1', 'w2'], 100, {
      config: { chunk: 10, pauseMs: 2_000 },
    });
    const at = async () => {
      const { phase, doing } = await ask(balancer, getBalance, 1_000);
      return `${phase}: ${doing}`;
    };
    expect(await at()).toBe('balanced: balanced');
    await members(...up('w1', 'w2', 'w3'));
    await pass(500);
    expect(await at()).toBe('joining: joining w3');
    await pass(2_000);
    expect(await at()).toBe('cutting: cutting 33, 10 done');
    await pass(30_000);
    expect(await at()).toBe('balanced: balanced');
    const { plans, cuts } = await ask(balancer, getBalance, 1_000);
    expect([plans, cuts]).toEqual([1, 33]);
    await system.stop();
  });

  it('a tunable out of its range is refused, with its name and what to give', () => {
    expect(() => rig({ config: { chunk: 0 } })).toThrow('chunk 0: give a whole number from 1');
    expect(() => rig({ config: { pollMs: 0 } })).toThrow('pollMs 0: give more than 0 milliseconds');
    expect(() => rig({ config: { tolerance: 2 } })).toThrow('tolerance 2: give a number from 0 to 1');
  });
});
