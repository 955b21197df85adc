import { member, modelWith, rig } from './rig.ts';

describe("an operator's word", () => {
  it('is followed at once however often, where a node that comes and goes by itself waits', async () => {
    const { pass, members, model, of, system } = rig({ model: modelWith(['w1', 'w2', 'w3']) });
    const all = [member('w1'), member('w2'), member('w3')];
    const drained = [member('w1'), member('w2', { standing: 'drained' }), member('w3')];
    await members(...all);
    await pass(3_000);
    model.join(30);
    await pass(2_000);
    for (const list of [drained, all]) {
      await members(...list);
      await pass(8_000);
    }
    expect(model.counts()).toEqual({ w1: 10, w2: 10, w3: 10 });
    expect(of('plan').map(({ cuts }) => cuts)).toEqual([10, 10]);

    // The same by itself: agents move once, and then not before `frequencyMs` is over.
    const gone = [member('w1'), member('w2', { standing: 'left' }), member('w3')];
    for (const list of [gone, all]) {
      await members(...list);
      await pass(8_000);
    }
    expect(model.counts()).toEqual({ w1: 15, w2: 0, w3: 15 });
    await pass(60_000);
    // By then it is the tolerance that counts.
    for (const count of Object.values(model.counts())) expect(Math.abs(count - 10)).toBeLessThanOrEqual(1);
    await system.stop();
  });
});
