/** What happened at a node: the newest 10,000 events, durable over any `Kv`. */
import { type EventKind, type EventRow, eventKinds, type GetEvents, MAX_EVENT_ROWS } from '@muster/protocol';
import { wordKey, wordOf } from '../bytes.ts';
import type { Kv } from '../kv.ts';
import { type EventIndex, openEventIndex } from './event-index.ts';
import { type EventRowsOptions, openEventRows } from './event-rows.ts';
import { EVENT_TABLE } from './event-writer.ts';
import { foldingLimits, openFolding } from './folding.ts';
import { clipped, decodeEvent } from './row.ts';

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
const rowsATurn = 250;
/** Keys have 32 bits. */
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

type Opened = EventJournalOptions & EventRowsOptions;

function startJournal(kv: Kv, index: EventIndex, options: Opened): EventJournal {
  const { wallNow, now, after } = options;
  const rows = openEventRows(kv, index, options);
  const folding = openFolding();
  const counts = Object.fromEntries(eventKinds.map((kind) => [kind, 0])) as Record<EventKind, number>;
  let cancelTick: (() => void) | undefined;
  let closed = false;
  const tick = (): void => {
    cancelTick = undefined;
    rows.add(folding.due(now()));
    tickLater();
  };
  const tickLater = (): void => {
    if (folding.waits()) cancelTick ??= after(foldingLimits.windowMs, tick);
  };
  return {
    record: (kind, subject, text) => {
      if (closed) return;
      counts[kind] += 1;
      rows.add(folding.take(clipped({ kind, subject, text, atMs: wallNow() }), now()));
      tickLater();
    },
    read: (query) => {
      rows.showLate();
      return pageOf(query, index, rows.row);
    },
    watch: rows.watch,
    counts: () => ({ ...counts }),
    close: async () => {
      if (!closed) rows.add(folding.end(now()));
      closed = true;
      cancelTick?.();
      await rows.close();
    },
  };
}

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
