/** What every `Kv` promises, on disk or in memory. Knows no test framework: `describe`, `it` and `equal` come in. */
import type { Kv, Table } from '../kv.ts';

/** What the suite needs of a test framework. */
export interface TestFramework {
  readonly describe: (title: string, body: () => void) => void;
  readonly it: (title: string, body: () => Promise<void>) => void;
  /** Deep equality; throws when it does not hold. */
  readonly equal: (actual: unknown, expected: unknown) => void;
}

export interface KvFixture {
  readonly kv: Kv;
  /** Closes nothing: opens what is there now, as another process would after this one died. */
  readonly again: () => Promise<Kv>;
}

/** Gives an empty store of its own for each test; `maxBytes` is at least 1 MiB. */
export type OpenFixture = (maxBytes: number) => Promise<KvFixture>;

const MIB = 1024 * 1024;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);
const all = (table: Table, from = '', to = '\x7f'): readonly string[] =>
  [...table.range(bytes(from), bytes(to))].map(([key, value]) => `${text(key)}=${text(value)}`);
const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'fine',
    (error: { code?: unknown; message?: unknown }) => error.code ?? error.message,
  );

type Case = readonly [title: string, body: (fixture: KvFixture, equal: TestFramework['equal']) => Promise<void>];

const reading: readonly Case[] = [
  [
    'what was written is there once it resolved, and its result comes with it',
    async ({ kv }, equal) => {
      const result = await kv.write((tables) => {
        tables('a').put(bytes('k'), bytes('v'));
        return 7;
      });
      equal([result, text(kv.table('a').get(bytes('k')))], [7, 'v']);
    },
  ],
  [
    'tables do not see each other, and the same name is the same table',
    async ({ kv }, equal) => {
      await kv.write((tables) => {
        tables('a').put(bytes('k'), bytes('1'));
        tables('b').put(bytes('k'), bytes('2'));
        tables('ab').put(bytes('k'), bytes('3'));
      });
      equal([all(kv.table('a')), all(kv.table('b')), all(kv.table('ab'))], [['k=1'], ['k=2'], ['k=3']]);
    },
  ],
  [
    'a range begins with its first key, ends before its last, and is in the order of bytes',
    async ({ kv }, equal) => {
      const keys = ['b', 'a', 'ab', 'c', 'B', 'é'];
      await kv.write((tables) => {
        for (const key of keys) tables('t').put(bytes(key), bytes(key));
      });
      equal(all(kv.table('t'), 'a', 'c'), ['a=a', 'ab=ab', 'b=b']);
      const every = [...kv.table('t').range(new Uint8Array(0), Uint8Array.of(0xff))].map(([key]) => text(key));
      equal(every, ['B', 'a', 'ab', 'b', 'c', 'é']);
    },
  ],
  [
    'keys and values are any bytes, and an empty value is a value',
    async ({ kv }, equal) => {
      const odd = Uint8Array.of(0, 255, 0, 1);
      await kv.write((tables) => {
        tables('t').put(odd, odd);
        tables('t').put(bytes('empty'), new Uint8Array(0));
      });
      equal([...kv.table('t').get(odd)!], [...odd]);
      equal(kv.table('t').get(bytes('empty'))?.length, 0);
    },
  ],
  [
    'what is removed is gone, and removing what is not there is fine',
    async ({ kv }, equal) => {
      await kv.write((tables) => tables('t').put(bytes('k'), bytes('v')));
      await kv.write((tables) => {
        tables('t').remove(bytes('k'));
        tables('t').remove(bytes('never'));
      });
      equal([kv.table('t').get(bytes('k')), all(kv.table('t'))], [undefined, []]);
    },
  ],
  [
    'the bytes that were put may be used again at once',
    async ({ kv }, equal) => {
      const [key, value] = [bytes('k'), bytes('one')];
      const written = kv.write((tables) => {
        tables('t').put(key, value);
        value.fill(0);
        key.fill(0);
      });
      value.fill(1);
      await written;
      equal(all(kv.table('t')), ['k=one']);
    },
  ],
];

const transactions: readonly Case[] = [
  [
    'a transaction reads its own writes, by key and by range',
    async ({ kv }, equal) => {
      await kv.write((tables) => {
        for (const key of ['a', 'b', 'd']) tables('t').put(bytes(key), bytes('old'));
      });
      const seen = await kv.write((tables) => {
        const table = tables('t');
        table.put(bytes('b'), bytes('new'));
        table.put(bytes('c'), bytes('new'));
        table.remove(bytes('d'));
        table.remove(bytes('nothing'));
        return [text(table.get(bytes('b'))), table.get(bytes('d')), ...all(table)];
      });
      equal(seen, ['new', undefined, 'a=old', 'b=new', 'c=new']);
      equal(all(kv.table('t')), ['a=old', 'b=new', 'c=new']);
    },
  ],
  [
    'transactions run in the order of the calls, each over those before it, and resolve in that order',
    async ({ kv }, equal) => {
      const order: number[] = [];
      const count = (tables: (name: string) => { get: Table['get']; put: (k: Uint8Array, v: Uint8Array) => void }) => {
        const value = Number(text(tables('t').get(bytes('n'))) ?? '0') + 1;
        tables('t').put(bytes('n'), bytes(String(value)));
        return value;
      };
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          kv.write(count).then((value) => {
            order.push(i);
            return value;
          }),
        ),
      );
      equal(
        results,
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      equal(
        order,
        Array.from({ length: 50 }, (_, i) => i),
      );
      equal(all(kv.table('t')), ['n=50']);
    },
  ],
  [
    'a transaction that throws rejects with what it threw and changes nothing, not even for those that follow',
    async ({ kv }, equal) => {
      const first = kv.write((tables) => tables('t').put(bytes('k'), bytes('first')));
      const second = kv.write((tables) => {
        tables('t').put(bytes('k'), bytes('second'));
        tables('t').put(bytes('other'), bytes('second'));
        throw new Error('no');
      });
      const third = kv.write((tables) => [text(tables('t').get(bytes('k'))), tables('t').get(bytes('other'))]);
      equal(await codeOf(second), 'no');
      await first;
      equal(await third, ['first', undefined]);
      equal(all(kv.table('t')), ['k=first']);
    },
  ],
  [
    'what a transaction does not see is what is not committed, outside of it',
    async ({ kv }, equal) => {
      const written = kv.write((tables) => tables('t').put(bytes('k'), bytes('v')));
      equal(kv.table('t').get(bytes('k')), undefined);
      await written;
      equal(text(kv.table('t').get(bytes('k'))), 'v');
    },
  ],
  [
    'a range is that of its beginning, whatever is written meanwhile',
    async ({ kv }, equal) => {
      await kv.write((tables) => {
        for (const key of ['a', 'b', 'c']) tables('t').put(bytes(key), bytes('1'));
      });
      const seen: string[] = [];
      for (const [key, value] of kv.table('t').range(bytes('a'), bytes('z'))) {
        seen.push(`${text(key)}=${text(value)}`);
        await kv.write((tables) => {
          tables('t').put(bytes('c'), bytes('2'));
          tables('t').put(bytes('d'), bytes('2'));
        });
      }
      equal(seen, ['a=1', 'b=1', 'c=1']);
    },
  ],
];

const lasting: readonly Case[] = [
  [
    'what resolved is there for whoever opens it next',
    async ({ kv, again }, equal) => {
      await kv.write((tables) => tables('t').put(bytes('k'), bytes('v')));
      await kv.close();
      equal(all((await again()).table('t')), ['k=v']);
    },
  ],
  [
    'closing writes what is under way, and later calls reject',
    async ({ kv, again }, equal) => {
      const written = [1, 2, 3].map((n) => kv.write((tables) => tables('t').put(bytes(`k${n}`), bytes('v'))));
      const closed = kv.close();
      equal(await codeOf(kv.write(() => 1)), 'store-closed');
      await Promise.all([...written, closed, kv.close()]);
      equal(all((await again()).table('t')), ['k1=v', 'k2=v', 'k3=v']);
    },
  ],
  [
    'what would pass the bound is refused whole, what is there stays, and removing makes room',
    async ({ kv }, equal) => {
      const value = new Uint8Array(64 * 1024).fill(7);
      const put = (key: string) => kv.write((tables) => tables('t').put(bytes(key), value));
      let code: unknown = 'fine';
      let count = 0;
      for (; code === 'fine' && count < 1_000; count++) code = await codeOf(put(`k${String(count).padStart(4, '0')}`));
      equal(code, 'store-full');
      const { bytes: used, maxBytes } = kv.size();
      equal([used <= maxBytes, used > maxBytes / 4, maxBytes], [true, true, 4 * MIB]);
      equal([...kv.table('t').range(bytes('k'), bytes('l'))].length, count - 1);
      await kv.write((tables) => {
        for (let i = 0; i < count; i++) tables('t').remove(bytes(`k${String(i).padStart(4, '0')}`));
      });
      await kv.write((tables) => tables('t').put(bytes('x'), bytes('1')));
      equal(await codeOf(put('again')), 'fine');
    },
  ],
];

/** `open` gives an empty store, new for each test. */
export function kvCompliance(name: string, { describe, it, equal }: TestFramework, open: OpenFixture): void {
  describe(`${name} as a store of tables`, () => {
    for (const [title, body] of [...reading, ...transactions, ...lasting])
      it(title, async () => {
        const fixture = await open(4 * MIB);
        await body(fixture, equal);
        await fixture.kv.close();
      });
  });
}
