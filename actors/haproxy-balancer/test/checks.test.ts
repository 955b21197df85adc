import { member, modelWith, rig } from './rig.ts';

describe('health checks', () => {
  it('that somebody ended by hand are begun again', async () => {
    const { pass, members, model, system } = rig({ model: modelWith(['w1', 'w2']) });
    await members(member('w1'), member('w2'));
    await pass(3_000);
    model.servers.get('w1')!.check = undefined;
    await pass(3_000);
    expect(model.servers.get('w1')!.check?.health).toBe('up');
    await system.stop();
  });

  it('of a server that never had any are asked for once', async () => {
    const { pass, members, model, system } = rig({ model: modelWith(['w1'], { checked: false }) });
    await members(member('w1'));
    await pass(10_000);
    const asked = model.calls.filter((call) => call.startsWith('ensure')).length;
    await pass(10_000);
    expect(model.calls.filter((call) => call.startsWith('ensure'))).toHaveLength(asked);
    await system.stop();
  });
});
