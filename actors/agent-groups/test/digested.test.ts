import { allIds, type GroupRow, groupsValue, openRangeDigest } from '@muster/protocol';
import fc from 'fast-check';
import { withDigest, withDigestInTurns } from '../src/index.ts';
import { heldIn, openStore } from './doubles.ts';

const assignment = fc.record({
  id: fc.constantFrom(1, 2, 255, 256, 70_000, allIds.to),
  groups: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
});

/** Of what is in the store, from nothing. */
function recomputed(rows: Iterable<GroupRow>) {
  const digest = openRangeDigest();
  for (const { id, groups } of rows) digest.change(id, undefined, groupsValue(groups));
  return digest.sum();
}

describe('assignments with their digest', () => {
  it('have the digest of what is held, whatever was put, changed, or refused by the store', async () => {
    const act = fc.oneof(
      fc.record({ do: fc.constant('put' as const), of: fc.array(assignment), full: fc.boolean() }),
      fc.record({ do: fc.constant('change' as const), of: fc.array(assignment), full: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 10 }), async (acts) => {
        const store = openStore();
        const held = withDigest(heldIn(store));
        for (const { do: what, of, full } of acts) {
          store.full = full;
          const rows = of.map((one) => ({ ...one, version: 1 }));
          const done = what === 'put' ? held.put(rows, held.version() + 1) : held.change(of);
          await done.catch(() => {});
          expect(held.mark()).toEqual({ version: store.version, digest: recomputed(store.rows.values()) });
        }
        expect(withDigest(heldIn(store)).mark()).toEqual(held.mark());
        expect((await withDigestInTurns(heldIn(store), async () => {})).mark()).toEqual(held.mark());
      }),
    );
  });

  it('number each change by itself, and none that says nothing new', async () => {
    const store = openStore([{ id: 1, version: 7, groups: ['a'] }], 7);
    const held = withDigest(heldIn(store));
    const changed = await held.change([
      { id: 1, groups: ['a'] },
      { id: 2, groups: [] },
      { id: 3, groups: ['x'] },
      { id: 4, groups: ['a'] },
      { id: 3, groups: ['b'] },
    ]);
    expect(changed).toEqual([
      { id: 3, version: 8, groups: ['b'] },
      { id: 4, version: 9, groups: ['a'] },
    ]);
    expect(await held.change([{ id: 4, groups: [] }])).toEqual([{ id: 4, version: 10, groups: [] }]);
    expect([store.version, held.size()]).toEqual([10, 2]);
  });

  it('take effect one after the other: two changes at once share no number', async () => {
    const held = withDigest(heldIn(openStore()));
    const [one, other] = await Promise.all([
      held.change([{ id: 1, groups: ['a'] }]),
      held.change([{ id: 2, groups: ['a'] }]),
    ]);
    expect([one[0]?.version, other[0]?.version]).toEqual([1, 2]);
  });

  it('are built in slices where there are many', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => ({ id: i + 1, version: 1, groups: ['a'] }));
    const store = heldIn(openStore(rows, 1));
    let turns = 0;
    const held = await withDigestInTurns(store, async () => void turns++);
    expect(turns).toBe(3);
    expect(held.mark()).toEqual(withDigest(store).mark());
  });
});
