import type { EventKind } from '@muster/protocol';
import fc from 'fast-check';
import { openEventIndex } from '../../src/events/event-index.ts';

const kinds = ['joined', 'lost', 'omitted'] as const;
const most = 16;

it('finds what a list of the newest ids would, whatever is set and cleared', () => {
  const set = fc.record({ skip: fc.integer({ min: 1, max: 20 }), kind: fc.constantFrom<EventKind>(...kinds) });
  const query = fc.record({
    after: fc.integer({ min: 0, max: 120 }),
    limit: fc.integer({ min: 1, max: 20 }),
    kind: fc.option(fc.constantFrom<EventKind>(...kinds), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(set, { maxLength: 40 }), fc.array(fc.nat(60)), query, (sets, clears, { kind, ...wish }) => {
      const index = openEventIndex(most);
      let model: { readonly id: number; readonly kind: EventKind }[] = [];
      let id = 0;
      for (const each of sets) {
        id += each.skip;
        index.set(id, each.kind);
        model = [...model, { id, kind: each.kind }].filter((row) => row.id > id - most);
      }
      for (const gone of clears) {
        index.clear(gone);
        model = model.filter((row) => row.id !== gone);
      }
      const all = model.filter((row) => row.id > wish.after && (kind === undefined || row.kind === kind));
      const ids = all.map((row) => row.id);
      expect(index.first({ ...wish, kind })).toEqual({
        ids: ids.slice(0, wish.limit),
        more: ids.length > wish.limit,
      });
      expect(index.newest({ ...wish, kind })).toEqual(ids.slice(-wish.limit));
      expect(index.last()).toBe(sets.length === 0 ? undefined : id);
    }),
  );
});

it('takes an older id that comes late, and none that is too old', () => {
  const index = openEventIndex(4);
  index.set(10, 'joined');
  index.set(8, 'lost');
  index.set(6, 'lost');
  expect(index.newest({ after: 0, limit: 9 })).toEqual([8, 10]);
});
