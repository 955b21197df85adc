import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventKinds } from '@muster/protocol';
import {
  type EventJournal,
  type EventJournalOptions,
  emptyDisk,
  type Kv,
  type MemoryDisk,
  openEventJournal,
  openLmdbKv,
  openMemoryKv,
  StoreError,
} from '@muster/store';
import fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../src/events/row.ts';

/** Seconds since 1970 at which the clock of these tests begins. */
const second = 1_000_000;

/** Time that moves when told; what is due runs in order. */
function openTime() {
  let now = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 30; i++) await Promise.resolve();
    await new Promise(setImmediate);
  };
  const options = {
    wallNow: () => second * 1_000 + now,
    now: () => now,
    after: (delayMs: number, run: () => void) => {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  } satisfies EventJournalOptions;
  const advance = async (ms: number): Promise<void> => {
    const end = now + ms;
    for (;;) {
      await settle();
      const next = timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      timers = timers.filter((each) => each !== next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = end;
    await settle();
  };
  return { options, advance, timers: () => timers.length };
}

const memory = (disk: MemoryDisk, commit?: (bytes: number) => Promise<void>): Kv =>
  openMemoryKv(disk, { maxBytes: 2 ** 30 }, commit === undefined ? {} : { commit });
const ids = (journal: EventJournal): readonly number[] => journal.read({}).rows.map(({ id }) => id);
const words = (journal: EventJournal): readonly string[] =>
  journal.read({ last: 500 }).rows.map(({ kind, subject, text }) => `${kind} ${subject}: ${text}`);

const folders: string[] = [];
const opened: Kv[] = [];
afterEach(async () => {
  for (const kv of opened.splice(0)) await kv.close().catch(() => undefined);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Each opens what the one before left. */
const stores: readonly (readonly [string, () => () => Promise<Kv>])[] = [
  [
    'memory',
    () => {
      const disk = emptyDisk();
      return async () => memory(disk);
    },
  ],
  [
    'LMDB',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'muster-events-'));
      folders.push(folder);
      return async () => {
        for (const kv of opened.splice(0)) await kv.close();
        const { kv } = await openLmdbKv(join(folder, 'agents.mdb'), { maxBytes: 2 ** 30 });
        opened.push(kv);
        return kv;
      };
    },
  ],
];

/** Until the journal shows it: LMDB commits in a thread of its own. */
async function until(holds: () => boolean, advance: (ms: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < 10_000 && !holds(); i++) await advance(10);
  expect(holds()).toBe(true);
}

describe.each(stores)('the journal in %s', (_name, places) => {
  it('has what was recorded, and after a restart goes on by one', async () => {
    const again = places();
    const time = openTime();
    const journal = await openEventJournal(await again(), time.options);
    expect(journal.read({})).toEqual({ rows: [], next: 0, more: false });
    journal.record('joined', 'worker1', 'it is up');
    journal.record('lost', 'worker1', 'silent');
    await until(() => ids(journal).length === 2, time.advance);
    await journal.close();
    expect(time.timers()).toBe(0);
    const next = await openEventJournal(await again(), time.options);
    next.record('joined', 'worker1', 'it is back');
    await until(() => ids(next).length === 3, time.advance);
    expect(next.read({})).toEqual({
      rows: [
        { id: second, atMs: second * 1_000, kind: 'joined', subject: 'worker1', text: 'it is up' },
        { id: second + 1, atMs: second * 1_000, kind: 'lost', subject: 'worker1', text: 'silent' },
        expect.objectContaining({ id: second + 2, kind: 'joined', text: 'it is back' }),
      ],
      next: second + 2,
      more: false,
    });
    await next.close();
  });

  it('writes what waits when it is closed', async () => {
    const again = places();
    const time = openTime();
    const journal = await openEventJournal(await again(), time.options);
    for (const text of ['a', 'b', 'c']) journal.record('joined', 'worker1', text);
    await journal.close();
    expect(words(await openEventJournal(await again(), time.options))).toEqual([
      'joined worker1: a',
      'joined worker1: 2 times in 1 s, the last: c',
    ]);
  });

  it('keeps the newest, and reads them in pages, by kind, from the end', async () => {
    const again = places();
    const time = openTime();
    const options = { ...time.options, maxEntries: 700 };
    const journal = await openEventJournal(await again(), options);
    for (let i = 0; i < 1_000; i++) {
      journal.record(i % 10 === 0 ? 'lost' : 'joined', `w${i}`, String(i));
      await time.advance(i % 50 === 0 ? 6_000 : 0);
    }
    await journal.close();
    const next = await openEventJournal(await again(), options);
    const { rows, next: last } = next.read({ last: 1 });
    const newest = rows[0]!.id;
    expect(last).toBe(newest);
    const first = next.read({});
    expect([first.rows.length, first.more]).toEqual([Math.min(500, newest - second + 1), newest - second >= 500]);
    const lost = next.read({ kind: 'lost', after: newest - 200 });
    expect(new Set(lost.rows.map(({ kind }) => kind))).toEqual(new Set(['lost']));
    expect(lost.rows.every(({ id }) => id > newest - 200)).toBe(true);
  });
});

it('what is beyond the bound goes from the store, too, the oldest first', async () => {
  const disk = emptyDisk();
  const time = openTime();
  const open = () => openEventJournal(memory(disk), { ...time.options, maxEntries: 5 });
  let journal = await open();
  for (let i = 0; i < 12; i++) {
    journal.record('joined', `w${i}`, String(i));
    if (i % 4 === 3) await time.advance(2_000);
    if (i !== 7) continue;
    await journal.close();
    journal = await open();
  }
  await journal.close();
  expect(words(await open()).map((line) => line.slice(-2).trim())).toEqual(['7', '8', '9', '10', '11']);
  expect(disk.tables.get('ev')!.rows.size).toBe(5);
});

it('pages cover everything once, also when more comes meanwhile', async () => {
  const time = openTime();
  const disk = emptyDisk();
  const kv = memory(disk);
  await kv.write((tables) => {
    for (let i = 1; i <= 1_234; i++) {
      const key = Buffer.alloc(4);
      key.writeUInt32BE(i);
      tables('ev').put(key, encodeEvent({ kind: i % 3 === 0 ? 'lost' : 'joined', subject: 'w', text: '', atMs: i }));
    }
  });
  const journal = await openEventJournal(kv, time.options);
  const seen: number[] = [];
  for (let [after, more] = [0, true]; more; ) {
    const page = journal.read({ after, kind: 'lost' });
    seen.push(...page.rows.map(({ id }) => id));
    [after, more] = [page.next, page.more];
  }
  expect(seen).toEqual(Array.from({ length: 411 }, (_, i) => (i + 1) * 3));
  expect(journal.read({ after: 1_234 })).toEqual({ rows: [], next: 1_234, more: false });
  expect(journal.read({ last: 2, kind: 'lost', after: 1_231 }).rows.map(({ id }) => id)).toEqual([1_233]);
});

it('asked for what is after the newest it has, it begins anew: the journal of before was lost', async () => {
  const time = openTime();
  const journal = await openEventJournal(memory(emptyDisk()), time.options);
  journal.record('joined', 'worker1', 'it is up');
  await time.advance(100);
  expect(journal.read({ after: second + 1 }).rows).toHaveLength(1);
  expect(journal.read({ after: second })).toEqual({ rows: [], next: second, more: false });
});

it('after the loss of the store the ids go on above those of before', async () => {
  const time = openTime();
  const journal = await openEventJournal(memory(emptyDisk()), time.options);
  for (let i = 0; i < 100; i++) journal.record('joined', `w${i}`, '');
  await time.advance(200_000);
  const last = ids(journal).at(-1)!;
  const fresh = await openEventJournal(memory(emptyDisk()), time.options);
  fresh.record('started', 'master', '');
  await time.advance(100);
  expect(ids(fresh)[0]).toBeGreaterThan(last);
});

it('whoever watches hears of each piece that can be read, until it no longer watches', async () => {
  const time = openTime();
  const journal = await openEventJournal(memory(emptyDisk()), time.options);
  const seen: number[] = [];
  const end = journal.watch(() => seen.push(journal.read({ last: 500 }).rows.length));
  journal.record('joined', 'worker1', '');
  expect(seen).toEqual([]);
  await time.advance(100);
  journal.record('lost', 'worker1', '');
  journal.record('left', 'worker1', '');
  await time.advance(2_000);
  end();
  journal.record('joined', 'worker2', '');
  await time.advance(2_000);
  expect(seen).toEqual([1, 3]);
});

it('counts every kind, folded ones too', async () => {
  const time = openTime();
  const journal = await openEventJournal(memory(emptyDisk()), time.options);
  expect(journal.counts()).toEqual(Object.fromEntries(eventKinds.map((kind) => [kind, 0])));
  for (let i = 0; i < 7; i++) journal.record('crashed', '/file-sync', 'bug');
  expect(journal.counts()).toEqual(expect.objectContaining({ crashed: 7, restarted: 0 }));
});

it('texts are cut, and whatever characters they have come back', async () => {
  const time = openTime();
  const journal = await openEventJournal(memory(emptyDisk()), time.options);
  journal.record('joined', 's'.repeat(5_000), `"\n\u0000\ud800${'x'.repeat(5_000)}`);
  await time.advance(100);
  const [row] = journal.read({}).rows;
  expect([row!.subject.length, row!.text.length]).toEqual([200, 500]);
  expect(row!.text.startsWith('"\n\u0000\ufffd')).toBe(true);
});

describe('while the store refuses', () => {
  const refusing = () => {
    const time = openTime();
    const disk = emptyDisk();
    const troubles: unknown[] = [];
    let refuses = true;
    let tries = 0;
    const kv = memory(disk, async () => {
      tries += 1;
      if (refuses) throw new StoreError('store-full', 'full');
    });
    const open = () => openEventJournal(kv, { ...time.options, trouble: (error) => troubles.push(error) });
    const heal = () => {
      refuses = false;
    };
    return { time, disk, troubles, open, heal, tries: () => tries };
  };

  it('events are shown nevertheless, and written when it takes them again', async () => {
    const { time, disk, troubles, open, heal } = refusing();
    const journal = await open();
    journal.record('joined', 'worker1', 'a');
    await time.advance(100);
    journal.record('lost', 'worker1', 'b');
    expect(words(journal)).toEqual(['joined worker1: a', 'lost worker1: b']);
    expect(troubles).toEqual([expect.any(StoreError)]);
    heal();
    await time.advance(60_000);
    expect(troubles).toEqual([expect.any(StoreError), undefined]);
    expect(words(await openEventJournal(memory(disk), time.options))).toEqual(['joined worker1: a', 'lost worker1: b']);
  });

  it('it is tried ever more seldom, once a minute at last', async () => {
    const { time, open, tries } = refusing();
    const journal = await open();
    journal.record('joined', 'worker1', 'a');
    await time.advance(600_000);
    expect(tries()).toBeGreaterThan(12);
    expect(tries()).toBeLessThan(18);
  });

  it('the newest thousand are kept, and the others counted in one event', async () => {
    const { time, disk, open, heal } = refusing();
    const journal = await open();
    const kinds = eventKinds.filter((kind) => kind !== 'omitted');
    for (let i = 0; i < 1_300; i++) journal.record(kinds[i % kinds.length]!, `w${i}`, String(i));
    await time.advance(100);
    expect(journal.read({ last: 500 }).rows.at(-1)!.text).toBe('1299');
    expect(journal.read({}).rows[0]!.text).toBe('300');
    heal();
    await time.advance(60_000);
    const kept = await openEventJournal(memory(disk), time.options);
    expect(kept.read({ kind: 'omitted' }).rows).toEqual([
      expect.objectContaining({
        subject: 'journal',
        text: '300 events were not kept: the store could not be written.',
        times: 300,
      }),
    ]);
  });

  it('closing tries once more and ends', async () => {
    const { time, open, tries } = refusing();
    const journal = await open();
    journal.record('joined', 'worker1', 'a');
    await journal.close();
    expect([tries(), time.timers()]).toEqual([1, 0]);
    journal.record('joined', 'worker1', 'b');
    expect(time.timers()).toBe(0);
  });
});

it('a store that does not answer for 2 s keeps no event from being shown', async () => {
  const time = openTime();
  const kv = memory(emptyDisk(), () => new Promise(() => {}));
  const journal = await openEventJournal(kv, time.options);
  journal.record('joined', 'worker1', 'a');
  await time.advance(1_000);
  expect(words(journal)).toEqual([]);
  await time.advance(2_000);
  expect(words(journal)).toEqual(['joined worker1: a']);
  journal.record('lost', 'worker1', 'b');
  expect(words(journal)).toEqual(['joined worker1: a', 'lost worker1: b']);
});

describe('a row in the store', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.record({
          kind: fc.constantFrom(...eventKinds),
          subject: fc.string({ maxLength: 200 }),
          text: fc.string({ maxLength: 500 }),
          atMs: fc.integer({ min: 0, max: 2 ** 43 }),
        }),
        fc.option(fc.nat(), { nil: undefined }),
        (event, times) => {
          const given = times === undefined ? event : { ...event, times };
          expect(decodeEvent(7, encodeEvent(given))).toEqual({ id: 7, ...given });
        },
      ),
    );
  });

  it('of any other bytes, or of a kind that is not known, is none', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(decodeEvent(1, bytes)).toBeUndefined();
        },
      ),
    );
    expect(decodeEvent(1, Buffer.from('["later",1,"a","b"]'))).toBeUndefined();
  });
});
