import { ask } from '@muster/actor';
import { getBalance } from '../src/index.ts';
import { ModelFault } from './haproxy-model.ts';
import { calm, member, modelWith, rig, up } from './rig.ts';

describe('what people are shown', () => {
  const row = (view: { servers: readonly { name: string }[] }, name: string) =>
    view.servers.find((server) => server.name === name);

  it('of a HAProxy that cannot be reached: what was seen last, and how long ago', async () => {
    let away = false;
    const { pass, balancer, system } = await calm(['w1', 'w2'], 10, {
      gate: () => {
        if (away) throw new ModelFault('unreachable', 'nobody answers');
      },
    });
    const shown = () => ask(balancer, getBalance, 1_000);
    expect((await shown()).seenMs).toBeUndefined();
    away = true;
    await pass(40_000);
    const { reachable, seenMs = 0, sessions } = await shown();
    expect([reachable, seenMs >= 39_000, seenMs <= 42_000, sessions]).toEqual([false, true, true, 10]);
    away = false;
    await pass(6_000);
    expect((await shown()).seenMs).toBeUndefined();
    await system.stop();
  });

  it('a node that left and is drained: both; a name that is excluded and no node: nothing', async () => {
    const { pass, members, balancer, system } = await calm(['w1', 'w2'], 10);
    const left = member('w2', { standing: 'left', drained: true });
    await members(
      member('w1'),
      left,
      member('w4', { standing: 'excluded', address: '' }),
      member('w5', { standing: 'excluded' }),
    );
    await pass(20_000);
    const view = await ask(balancer, getBalance, 1_000);
    expect(row(view, 'w2')).toMatchObject({ standing: 'left', drained: true });
    expect(view.servers.map(({ name }) => name)).toEqual(['w1', 'w2', 'w5']);
    await system.stop();
  });

  it('while agents come back: shares of all of them, not of those who are back', async () => {
    const { pass, members, model, balancer, system } = await calm(['w1', 'w2', 'w3'], 90);
    for (const agent of model.agents) agent.temper = 'refuses';
    await members(member('w1'), member('w2'), member('w3', { standing: 'drained' }));
    await pass(3_000);
    const view = await ask(balancer, getBalance, 1_000);
    expect([view.phase, view.sessions]).toEqual(['settling', 60]);
    expect(view.servers.map(({ target, cuts }) => [target, cuts])).toEqual([
      [45, 0],
      [45, 0],
      [0, 0],
    ]);
    await system.stop();
  });

  it('while no server is up, nothing is told as balanced', async () => {
    const { pass, members, of, balancer, model, system } = rig({ model: modelWith([]) });
    await members(...up('w1', 'w2'));
    await pass(200_000);
    const { phase, doing } = await ask(balancer, getBalance, 1_000);
    expect([of('balanced'), phase, doing]).toEqual([[], 'unbalanced', 'no server takes agents']);
    for (const name of ['w1', 'w2']) model.live(`10.0.0.${name.slice(1)} 1514`);
    await pass(120_000);
    expect(of('balanced')).toHaveLength(1);
    await system.stop();
  });

  it('a server that HAProxy drained by hand right after it was made ready is not counted on: the last one stays', async () => {
    const model = modelWith(['w1', 'w2'], { checked: false });
    let byHand = true;
    const { pass, members, system } = rig({
      model,
      port: (port) => ({
        ...port,
        setState: async (name, state, signal) => {
          await port.setState(name, state, signal);
          if (name !== 'w2' || state !== 'ready' || !byHand) return;
          byHand = false;
          model.driver.setState('w2', 'drain');
          void members(member('w1', { standing: 'suspect' }), member('w2'));
        },
      }),
    });
    const readiest: number[] = [];
    await members(...up('w1', 'w2'));
    for (let i = 0; i < 60; i++) {
      await pass(50);
      readiest.push([...model.servers.values()].filter(({ admin }) => admin === 'ready').length);
    }
    expect(readiest.slice(readiest.findIndex((count) => count > 0)).every((count) => count > 0)).toBe(true);
    await system.stop();
  });
});
