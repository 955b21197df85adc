import type { HaproxyPort } from '../src/index.ts';
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

  it('that somebody ends right after they were looked at first, before the next look, are begun again', async () => {
    const model = modelWith(['w1']);
    model.configure(member('w1'));
    model.pass(3_000);
    let left = 1;
    const port = (all: HaproxyPort): HaproxyPort => ({
      ...all,
      ensureServer: async (...args) => {
        await all.ensureServer(...args);
        if (left-- > 0) model.servers.get('w1')!.check = undefined;
      },
    });
    const { pass, members, system } = rig({ model, port });
    await members(member('w1'));
    await pass(5_000);
    expect(left).toBeLessThan(1);
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
