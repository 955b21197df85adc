import { member, modelWith, rig } from './rig.ts';

describe('the balancer actor', () => {
  it('adds who is up, and sends agents there once its check is good', async () => {
    const { pass, members, model, of, system } = rig({ model: modelWith(['w1', 'w2']) });
    await members(member('w1'), member('w2'));
    await pass(50);
    expect([...model.servers.values()].map(({ admin }) => admin)).toEqual(['drain', 'drain']);
    await pass(1_500);
    expect([...model.servers.values()].map(({ admin }) => admin)).toEqual(['ready', 'ready']);
    expect(of('joined').map(({ server }) => server)).toEqual(['w1', 'w2']);
    expect(model.file().map(({ name }) => name)).toEqual(['w1', 'w2']);
    await system.stop();
  });

  it('a fourth server that joins 300 sessions costs 75 cuts in one pass', async () => {
    const { pass, members, model, of, system } = rig({ model: modelWith(['w1', 'w2', 'w3', 'w4']) });
    await members(member('w1'), member('w2'), member('w3'));
    await pass(3_000);
    model.join(300);
    await pass(2_000);
    await members(member('w1'), member('w2'), member('w3'), member('w4'));
    await pass(10_000);
    expect(model.counts()).toEqual({ w1: 75, w2: 75, w3: 75, w4: 75 });
    expect(model.ended).toHaveLength(75);
    expect(of('plan')).toEqual([{ type: 'plan', cuts: 75, of: 300, from: { w1: 25, w2: 25, w3: 25 } }]);
    expect(of('settled')).toMatchObject([{ cuts: 75, inTime: true }]);
    await system.stop();
  });

  it('a node that left is emptied in chunks, put into maintenance and removed', async () => {
    const { pass, members, model, of, system } = rig({
      model: modelWith(['w1', 'w2', 'w3']),
      config: { chunk: 20, pauseMs: 500 },
    });
    await members(member('w1'), member('w2'), member('w3'));
    await pass(3_000);
    model.join(150);
    await members(member('w1'), member('w2', { standing: 'left' }), member('w3'));
    await pass(10_000);
    expect(model.counts()).toEqual({ w1: 75, w3: 75 });
    expect(of('chunk-cut').map(({ cuts }) => cuts)).toEqual([20, 20, 10]);
    expect(of('removed')).toEqual([{ type: 'removed', server: 'w2' }]);
    await system.stop();
  });
});
