import fc from 'fast-check';
import { openLayers } from '../../src/nemesis/layers.ts';

describe('settings that several faults change at once', () => {
  const base = { a: 0, b: 0 };
  const patch = fc.record(
    { a: fc.integer({ min: 1, max: 9 }), b: fc.integer({ min: 1, max: 9 }) },
    { requiredKeys: [] },
  );

  it('are at rest when all have gone, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(patch), fc.infiniteStream(fc.nat()), (patches, order) => {
        const target = { ...base };
        const layers = openLayers(target);
        const left = patches.map((one) => layers.add(one));
        while (left.length > 0) {
          const [heal] = left.splice(order.next().value! % left.length, 1);
          heal!();
          heal!();
        }
        expect(target).toEqual(base);
      }),
    );
  });

  it('are what the newest says that is left', () => {
    const target = { ...base };
    const layers = openLayers(target);
    const first = layers.add({ a: 1, b: 1 });
    const second = layers.add({ a: 2 });
    expect(target).toEqual({ a: 2, b: 1 });
    first();
    expect(target).toEqual({ a: 2, b: 0 });
    layers.rest({ a: 7, b: 7 });
    expect(target).toEqual({ a: 2, b: 7 });
    second();
    expect(target).toEqual({ a: 7, b: 7 });
  });

  it('that nobody changes now are left as their owner has them', () => {
    const target = { ...base };
    const layers = openLayers(target);
    const heal = layers.add({ a: 1 });
    target.b = 5;
    heal();
    expect(target).toEqual({ a: 0, b: 5 });
  });
});
