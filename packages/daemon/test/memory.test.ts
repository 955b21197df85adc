import { openRest, secondMs, systemHeap, worthBytes } from '../src/adapters/memory.ts';

/** A heap of which a collection leaves `keeps` bytes. */
function heap(keeps: number) {
  const at = { taken: 0, collections: 0, waiting: [] as { readonly ms: number; readonly run: () => void }[] };
  const rest = openRest({
    takenBytes: () => at.taken,
    collect: () => {
      at.collections += 1;
      at.taken = keeps;
    },
    after: (ms, run) => at.waiting.push({ ms, run }),
  });
  return { at, rest };
}

describe('memory at rest', () => {
  it('is collected twice when the heap grew by 16 MiB, and not 1 byte short of it', () => {
    const { at, rest } = heap(0);
    at.taken = worthBytes - 1;
    rest();
    expect(at.collections).toBe(0);
    at.taken = worthBytes;
    rest();
    expect([at.collections, at.waiting[0]?.ms]).toEqual([1, secondMs]);
    at.waiting[0]!.run();
    expect(at.collections).toBe(2);
  });

  it('is not collected again for what is in use', () => {
    const { at, rest } = heap(5 * worthBytes);
    at.taken = 6 * worthBytes;
    rest();
    at.waiting[0]!.run();
    at.taken = 6 * worthBytes - 1;
    rest();
    expect(at.collections).toBe(2);
    at.taken = 6 * worthBytes;
    rest();
    expect(at.collections).toBe(3);
  });

  it('is really collected in this process', async () => {
    const garbage = new WeakRef({ of: 'the last synchronisation' });
    await new Promise(setImmediate);
    systemHeap().collect();
    expect(garbage.deref()).toBeUndefined();
  });
});
