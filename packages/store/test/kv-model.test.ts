/** A store against a map: any writes at once, throwing ones, failing commits, crashes. */
import { emptyDisk, type Kv, type MemoryKv, openMemoryKv } from '@muster/store';
import fc from 'fast-check';

const key = fc.constantFrom('a', 'b', 'ba', 'c', '\0');
const change = fc.oneof(
  fc.record({ type: fc.constant('put' as const), key, value: fc.string({ maxLength: 3 }) }),
  fc.record({ type: fc.constant('remove' as const), key }),
);
const write = fc.record({ changes: fc.array(change, { maxLength: 4 }), throws: fc.boolean() });
/** Several at once; then whether their commits fail, and whether the process dies. */
const round = fc.record({
  writes: fc.array(write, { minLength: 1, maxLength: 4 }),
  fate: fc.constantFrom('fine', 'fine', 'fine', 'fails', 'dies'),
});

type Change =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'remove'; readonly key: string };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array): string => new TextDecoder().decode(value);

const rowsOf = (rows: Iterable<readonly [Uint8Array, Uint8Array]>): readonly string[] =>
  [...rows].map(([name, value]) => `${textOf(name)}=${textOf(value)}`);
const all = (kv: Kv): readonly string[] => rowsOf(kv.table('t').range(bytes(''), bytes('z')));
const modelRows = (model: ReadonlyMap<string, string>): readonly string[] =>
  [...model].map(([name, value]) => `${name}=${value}`).sort();

function apply(model: Map<string, string>, changes: readonly Change[]): void {
  for (const each of changes) {
    if (each.type === 'put') model.set(each.key, each.value);
    else model.delete(each.key);
  }
}

describe('a store in memory', () => {
  it('is what a map would be, whatever is written, thrown, failed or cut off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { maxLength: 6 }), async (rounds) => {
        const disk = emptyDisk();
        let fate = 'fine';
        const commit = (): Promise<void> => (fate === 'fails' ? Promise.reject(new Error('no')) : Promise.resolve());
        let kv: MemoryKv = openMemoryKv(disk, { maxBytes: 2 ** 20 }, { commit });
        let committed = new Map<string, string>();
        for (const { writes, fate: next } of rounds) {
          fate = next;
          const model = new Map(committed);
          const done = writes.map(({ changes, throws }) => {
            const written = kv.write((tables) => {
              const table = tables('t');
              for (const each of changes) {
                if (each.type === 'put') table.put(bytes(each.key), bytes(each.value));
                else table.remove(bytes(each.key));
              }
              const seen = new Map(model);
              apply(seen, changes);
              expect(rowsOf(table.range(bytes(''), bytes('z')))).toEqual(modelRows(seen));
              if (throws) throw new Error('thrown');
            });
            if (!throws) apply(model, changes);
            return written;
          });
          expect(all(kv)).toEqual(modelRows(committed));
          if (fate === 'dies') {
            kv.crash();
            kv = openMemoryKv(disk, { maxBytes: 2 ** 20 }, { commit });
            for (const each of done) each.catch(() => undefined);
            expect(all(kv)).toEqual(modelRows(committed));
            continue;
          }
          const settled = await Promise.allSettled(done);
          const codes = settled.map((each) =>
            each.status === 'fulfilled' ? 'fine' : (each.reason.code ?? each.reason.message),
          );
          for (const [i, code] of codes.entries()) {
            if (writes[i]!.throws) expect(code).toBe('thrown');
            else if (fate === 'fine') expect(code).toBe('fine');
            else expect(['store-disk', 'store-lost']).toContain(code);
          }
          if (fate === 'fine') committed = model;
          expect(all(kv)).toEqual(modelRows(committed));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
