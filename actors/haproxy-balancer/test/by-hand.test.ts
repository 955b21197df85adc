import { calm, member, modelWith, rig, up } from './rig.ts';

describe('what was done by hand, and what was not', () => {
  it('a server that a fresh incarnation found drained, as it should be, is not told as found when the drain ends', async () => {
    const model = modelWith(['w1', 'w2']);
    for (const name of ['w1', 'w2']) model.driver.ensureServer(member(name));
    model.driver.setState('w1', 'ready');
    const { pass, members, of, system } = rig({ model });
    await members(member('w1'), member('w2', { standing: 'drained' }));
    await pass(5_000);
    await members(...up('w1', 'w2'));
    await pass(5_000);
    expect(of('mended')).toEqual([]);
    expect(of('state-changed')).toMatchObject([{ server: 'w2', to: 'ready', why: 'its node is up' }]);
    model.driver.setState('w2', 'drain');
    await pass(5_000);
    expect(of('mended')).toMatchObject([{ server: 'w2', found: 'drain', to: 'ready' }]);
    await system.stop();
  });

  it('a weight is put right and told: as found by hand where it was right before', async () => {
    const { pass, members, of, model, system } = await calm(['w1', 'w2'], 10);
    model.driver.setWeight('w2', 50);
    await pass(2_000);
    expect(of('weighed')).toEqual([{ type: 'weighed', server: 'w2', found: 50, to: 100, mended: true }]);
    await members(member('w1'), member('w2', { weight: 70 }));
    await pass(2_000);
    expect(of('weighed')[1]).toEqual({ type: 'weighed', server: 'w2', found: 100, to: 70, mended: false });
    await system.stop();
  });
});
