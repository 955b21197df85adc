import type { GroupRow } from '@muster/protocol';
import { emptyDisk, openGroups } from '@muster/store';
import fc from 'fast-check';
import { memory } from './agents.ts';

const row = (id: number, version: number, ...groups: readonly string[]): GroupRow => ({ id, version, groups });

describe('assignments of groups', () => {
  it('are there with their version, and after a restart', async () => {
    const disk = emptyDisk();
    const store = await openGroups(memory(disk));
    expect([store.version(), store.get(1)]).toEqual([0, undefined]);
    await store.put([row(1, 3, 'a', 'b'), row(2, 4, 'default')], 4);
    for (const each of [store, await openGroups(memory(disk))]) {
      expect([each.version(), each.get(1), each.get(2), each.size()]).toEqual([
        4,
        row(1, 3, 'a', 'b'),
        row(2, 4, 'default'),
        2,
      ]);
    }
  });

  it('without groups are removed', async () => {
    const store = await openGroups(memory());
    await store.put([row(1, 1, 'a')], 1);
    await store.put([row(1, 2), row(9, 2)], 2);
    expect([store.get(1), store.rows(0, 100, 10), store.size()]).toEqual([undefined, [], 0]);
  });

  it('come by id, within bounds, at most as many as asked', async () => {
    const store = await openGroups(memory());
    const rows = [3, 70, 71, 5_000].map((id) => row(id, id, `g${id % 2}`));
    await store.put(rows, 5_000);
    expect(store.rows(3, 71, 10)).toEqual(rows.slice(0, 3));
    expect(store.rows(4, 5_000, 2)).toEqual(rows.slice(1, 3));
  });

  it('are as a map of them would be, whatever is put, over restarts', async () => {
    const groups = fc.array(fc.constantFrom('a', 'b', 'web-1'), { maxLength: 3 });
    const put = fc.array(fc.tuple(fc.integer({ min: 1, max: 80 }), groups), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(put, { maxLength: 8 }), async (puts) => {
        const disk = emptyDisk();
        let store = await openGroups(memory(disk));
        const model = new Map<number, GroupRow>();
        for (const [i, rows] of puts.entries()) {
          const given = rows.map(([id, list]) => row(id, i + 1, ...list));
          await store.put(given, i + 1);
          for (const each of given) {
            model.delete(each.id);
            if (each.groups.length > 0) model.set(each.id, each);
          }
          if (i % 3 === 2) store = await openGroups(memory(disk));
        }
        expect(store.rows(0, 1_000, 1_000)).toEqual([...model.values()].sort((x, y) => x.id - y.id));
      }),
    );
  });
});
