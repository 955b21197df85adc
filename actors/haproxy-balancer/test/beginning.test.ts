import { member, modelWith, rig } from './rig.ts';

const names = ['w1', 'w2', 'w3'];
const config = { quietMs: 10_000 };
const all = names.map((name) => member(name));

describe('a balancer that begins', () => {
  it('balances nothing for a while: agents that one before it moved are on their way', async () => {
    const model = modelWith(names);
    const first = rig({ model });
    await first.members(...all);
    await first.pass(3_000);
    model.join(21);
    await first.system.stop();
    // Six of w1 were moved a moment ago, and are counted nowhere.
    for (const agent of model.agents.filter(({ on }) => on === 'w1').slice(0, 6)) model.quit(agent);
    expect(model.counts()).toEqual({ w1: 1, w2: 7, w3: 7 });
    const next = rig({ model, config });
    await next.members(...all);
    await next.pass(9_000);
    expect(next.of('plan')).toEqual([]);
    model.join(6);
    await next.pass(20_000);
    expect([next.of('plan'), model.counts()]).toEqual([[], { w1: 7, w2: 7, w3: 7 }]);
    await next.system.stop();
  });

  it('balances whole for who comes meanwhile, as soon as that time is over', async () => {
    const { pass, members, model, of, system } = rig({ model: modelWith(names), config });
    await members(...all.slice(0, 2));
    await pass(3_000);
    model.join(40);
    await members(...all.slice(0, 1), member('w2', { standing: 'drained' }));
    await pass(2_000);
    await members(...all.slice(0, 2));
    await pass(4_000);
    expect(model.counts()).toEqual({ w1: 40, w2: 0 });
    await pass(6_000);
    expect([model.counts(), of('plan').map(({ cuts }) => cuts)]).toEqual([{ w1: 20, w2: 20 }, [20, 20]]);
    await system.stop();
  });

  it('empties a server whose node left all the same', async () => {
    const { pass, members, model, system } = rig({ model: modelWith(names), config });
    await members(...all);
    await pass(3_000);
    model.join(30);
    await members(member('w1'), member('w2', { standing: 'left' }), member('w3'));
    await pass(5_000);
    expect(model.counts().w2 ?? 0).toBe(0);
    await system.stop();
  });
});
