/** What happened at a node: the newest 10,000 events, durable over any `Kv`. */
import { type EventKind, type EventRow, eventKinds, type GetEvents, MAX_EVENT_ROWS } from '@muster/protocol';
import { wordKey, wordOf } from '../bytes.ts';
import type { Kv } from '../kv.ts';
import { type EventIndex, openEventIndex } from './event-index.ts';
import { EVENT_TABLE, openEventWriter } from './event-writer.ts';
import { foldingLimits, openFolding } from './folding.ts';
import { clipped, decodeEvent, type Happening } from './row.ts';

export interface EventJournal {
  /** Neither blocks nor throws. Subject and text are clipped; what repeats is folded (`folding.ts`). */
  record(kind: EventKind, subject: string, text: string): void;
  /** At most 500 rows. Throws a `StoreError` when the store is damaged. */
  read(query: EventQuery): EventPage;
  /** Called, without arguments, whenever `read` may have more than before; it must not throw. Ends it. */
  watch(listener: () => void): () => void;
  /** Recorded since it was opened, by kind, folded and left out ones among them. */
  counts(): Readonly<Record<EventKind, number>>;
  /** Writes what waits; from then on nothing is recorded. Never rejects. */
  close(): Promise<void>;
}

export type EventQuery = Omit<GetEvents, 'type'>;

export interface EventPage {
  /** Oldest first. */
  readonly rows: readonly EventRow[];
  /** Ask again after this. */
  readonly next: number;
  readonly more: boolean;
}

export interface EventJournalOptions {
  /** ms since 1970. An empty journal begins at its seconds, so that one that was lost goes on above what it had. */
  readonly wallNow: () => number;
  /** ms, monotonic. */
  readonly now: () => number;
  /** Returns what cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** Resolves after others had a turn. */
  readonly turn?: () => Promise<void>;
  /** The store refuses; told once, and `undefined` when it takes events again. */
  readonly trouble?: (error: unknown) => void;
  readonly maxEntries?: number;
}

export const MAX_EVENTS = 10_000;

/** Rows read at the opening before others get a turn. */
const rowsATurn = 1_000;
/** Keys have 32 bits: a clock that is far off leaves room for as many events again. */
const maxFirstId = 3_000_000_000;
const maxId = 4_000_000_000;

export async function openEventJournal(kv: Kv, options: EventJournalOptions): Promise<EventJournal> {
  const maxEntries = options.maxEntries ?? MAX_EVENTS;
  const index = openEventIndex(maxEntries);
  const { firstId, lastId } = await load(kv, index, options.turn ?? (() => Promise.resolve()));
  return startJournal(kv, index, { ...options, maxEntries, firstId, lastId });
}

/** What of the table is readable goes into the index. Ids that no journal gives are of somebody else, and stay. */
async function load(kv: Kv, index: EventIndex, turn: () => Promise<void>): Promise<Ids> {
  const table = kv.table(EVENT_TABLE);
  let firstId: number | undefined;
  let lastId: number | undefined;
  let from = 0;
  for (let more = true; more; ) {
    let count = 0;
    more = false;
    for (const [key, value] of table.range(wordKey(from), wordKey(maxId))) {
      const id = wordOf(key);
      if (count === rowsATurn) {
        [from, more] = [id, true];
        break;
      }
      count += 1;
      const row = decodeEvent(id, value);
      if (row !== undefined) index.set(id, row.kind);
      firstId ??= id;
      lastId = id;
    }
    if (more) await turn();
  }
  return { firstId, lastId };
}

interface Ids {
  readonly firstId: number | undefined;
  readonly lastId: number | undefined;
}

interface Opened extends EventJournalOptions, Ids {
  readonly maxEntries: number;
}

function startJournal(kv: Kv, index: EventIndex, options: Opened): EventJournal {
  const { wallNow, now, after, maxEntries } = options;
  const begin = Math.min(Math.max(1, Math.floor(wallNow() / 1_000)), maxFirstId);
  let lastId = options.lastId ?? begin - 1;
  let troubled = false;
  let cancelTick: (() => void) | undefined;
  let closed = false;
  const folding = openFolding();
  const listeners = new Set<() => void>();
  const counts = Object.fromEntries(eventKinds.map((kind) => [kind, 0])) as Record<EventKind, number>;
  const show = (rows: readonly EventRow[]): void => {
    for (const { id, kind } of rows) index.set(id, kind);
    for (const listener of [...listeners]) listener();
  };
  const add = (rows: readonly Happening[]): void => {
    for (const happening of rows) {
      lastId += 1;
      const row = { id: lastId, ...clipped(happening) };
      writer.add(row);
      if (writer.shown()) show([row]);
    }
  };
  const tell = (error: unknown): void => {
    if (troubled === (error !== undefined)) return;
    troubled = error !== undefined;
    options.trouble?.(error);
  };
  const writer = openEventWriter({
    ...{ kv, now, after, maxEntries, firstId: options.firstId ?? begin },
    written: show,
    failed: (rows, error) => {
      show(rows);
      tell(error);
    },
    recovered: (dropped) => {
      tell(undefined);
      if (dropped > 0 && !closed) add([droppedRow(dropped, wallNow())]);
    },
    dropped: ({ id }) => index.clear(id),
  });
  const tick = (): void => {
    cancelTick = undefined;
    add(folding.due(now()));
    tickLater();
  };
  const tickLater = (): void => {
    if (folding.waits()) cancelTick ??= after(foldingLimits.windowMs, tick);
  };
  return {
    record: (kind, subject, text) => {
      if (closed) return;
      counts[kind] += 1;
      add(folding.take(clipped({ kind, subject, text, atMs: wallNow() }), now()));
      tickLater();
    },
    read: (query) => {
      if (writer.shown()) for (const { id, kind } of writer.allWaiting()) index.set(id, kind);
      return pageOf(query, index, (id) => writer.waiting(id) ?? stored(kv, id));
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    counts: () => ({ ...counts }),
    close: async () => {
      if (!closed) add(folding.end(now()));
      closed = true;
      cancelTick?.();
      await writer.close();
    },
  };
}

const droppedRow = (count: number, atMs: number): Happening => ({
  kind: 'omitted',
  subject: 'journal',
  text: `${count === 1 ? 'One event was' : `${count} events were`} not kept: the store could not be written.`,
  atMs,
  times: count,
});

const stored = (kv: Kv, id: number): EventRow | undefined => {
  const bytes = kv.table(EVENT_TABLE).get(wordKey(id));
  return bytes === undefined ? undefined : decodeEvent(id, bytes);
};

function pageOf(
  { after = 0, last, kind }: EventQuery,
  index: EventIndex,
  rowOf: (id: number) => EventRow | undefined,
): EventPage {
  const newest = index.last() ?? 0;
  const from = after > newest ? 0 : after;
  const { ids, more } =
    last === undefined
      ? index.first({ after: from, limit: MAX_EVENT_ROWS, kind })
      : { ids: index.newest({ after: from, limit: Math.min(last, MAX_EVENT_ROWS), kind }), more: false };
  const rows = ids.flatMap((id) => rowOf(id) ?? []);
  return { rows, next: more ? (ids.at(-1) ?? newest) : newest, more };
}
