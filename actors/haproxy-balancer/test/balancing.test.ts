import { ask } from '@muster/actor';
import { settle } from '@muster/actor/testing';
import { encodeEnvelope } from '@muster/protocol';
import { getBalance } from '../src/index.ts';
import { admins, calm, member, modelWith, rig, up } from './rig.ts';

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
    expect(view.doing).toBe('unbalanced, a plan would move 32');
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

  it('is of the schema with which it crosses the socket, whatever HAProxy shows', async () => {
    const model = modelWith(['w1']);
    model.configure({ name: `x${'y'.repeat(400)}`, address: '', port: 0, weight: 0 });
    const { pass, members, balancer, system } = rig({
      model,
      config: { endpoint: 'e'.repeat(600) },
      port: (port) => ({
        ...port,
        prepare: async () => Array.from({ length: 200 }, () => ({ code: 'algorithm', text: 'é'.repeat(5_000) })),
        ensureServer: () => Promise.reject(new Error('n'.repeat(9_000))),
      }),
    });
    const check = async (): Promise<void> => {
      const view = await ask(balancer, getBalance, 1_000);
      const message = { type: 'balance' as const, instances: [view] };
      expect(() => encodeEnvelope({ kind: 'reply', id: 1, message })).not.toThrow();
    };
    await check();
    await members(...up('w1', 'w2'), member('w3', { address: '' }));
    await pass(3_000);
    await check();
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
