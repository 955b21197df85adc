import fc from 'fast-check';
import { keysChanged, keysReadAgain, noRemovals, type Removals, straysFound } from '../src/removals.ts';

const ids = (count: number, from = 1): readonly number[] => Array.from({ length: count }, (_, i) => from + i);
const gone = (removed: readonly number[], of: number) => ({ removed, added: [], of });
const reread = ({ due, held }: Removals): Removals =>
  keysReadAgain({ due, held: held === undefined ? held : { ...held, rereading: true } });

describe('agents that vanish from client.keys', () => {
  it.each([
    ['10 of 10', 10, 10, false],
    ['11 of 11', 11, 11, true],
    ['11 of 22', 11, 22, false],
    ['12 of 23', 12, 23, true],
    ['half of 1,000', 500, 1_000, false],
    ['501 of 1,000', 501, 1_000, true],
  ])('%s at once: held %#', (_, removed, of, isHeld) => {
    const { due, held } = keysChanged(noRemovals, gone(ids(removed), of), 0);
    expect([due.size, held?.ids.size]).toEqual(isHeld ? [0, removed] : [removed, undefined]);
  });

  it('go when the file, read again, still says so', () => {
    const held = keysChanged(noRemovals, gone(ids(20), 20), 0);
    expect([...reread(held).due]).toEqual(ids(20));
    expect(reread(held).held).toBeUndefined();
  });

  it('stay when they are back before', () => {
    const held = keysChanged(noRemovals, gone(ids(20), 20), 0);
    const back = keysChanged(held, { removed: [], added: ids(19), of: 0 }, 5);
    expect([...reread(back).due]).toEqual([20]);
    expect(keysChanged(back, { removed: [], added: [20], of: 19 }, 6)).toEqual(noRemovals);
  });

  it('go at once where another agent has the id now, also out of a hold, and however many they are', () => {
    const all = ids(20);
    const others = keysChanged(noRemovals, { removed: all, added: all, replaced: all, of: 20 }, 0);
    expect([[...others.due], others.held]).toEqual([all, undefined]);
    const held = keysChanged(noRemovals, gone(ids(20), 20), 0);
    const next = keysChanged(held, { removed: [], added: [1, 2], replaced: [2], of: 0 }, 5);
    expect([[...next.due], next.held?.ids.size]).toEqual([[2], 18]);
    const due = keysChanged(noRemovals, gone([5], 20), 0);
    expect([...keysChanged(due, { removed: [], added: [5], replaced: [5], of: 19 }, 1).due]).toEqual([5]);
  });

  it('begin the hold anew when more of them join it', () => {
    const held = keysChanged(noRemovals, gone(ids(20), 30), 0);
    const more = keysChanged({ ...held, held: { ...held.held!, rereading: true } }, gone([25], 10), 7);
    expect(more.held).toMatchObject({ at: 7, rereading: false, of: 30 });
    expect(keysReadAgain(more)).toEqual(more);
  });

  it('are held whatever their number when nobody saw them go, and a few others go at once beside', () => {
    const strays = straysFound(noRemovals, [7], 3, 0);
    expect(strays.held?.ids).toEqual(new Set([7]));
    const next = keysChanged(strays, gone([8], 40), 1);
    expect([...next.due]).toEqual([8]);
    expect([...reread(next).due]).toEqual([8, 7]);
  });

  it('are never due while client.keys has them', () => {
    const change = fc.record({
      removed: fc.uniqueArray(fc.integer({ min: 1, max: 30 })),
      added: fc.uniqueArray(fc.integer({ min: 1, max: 30 })),
      again: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const keys = new Set(ids(30));
        let removals = noRemovals;
        for (const [at, { removed, added, again }] of changes.entries()) {
          const of = keys.size;
          const really = { removed: removed.filter((id) => keys.has(id)), added: added.filter((id) => !keys.has(id)) };
          for (const id of really.removed) keys.delete(id);
          for (const id of really.added) keys.add(id);
          removals = keysChanged(removals, { ...really, of }, at);
          if (again) removals = reread(removals);
          const gonenow = ids(30).filter((id) => !keys.has(id));
          expect([...removals.due, ...(removals.held?.ids ?? [])].filter((id) => keys.has(id))).toEqual([]);
          expect(new Set([...removals.due, ...(removals.held?.ids ?? [])]).size).toBe(gonenow.length);
        }
      }),
    );
  });
});
