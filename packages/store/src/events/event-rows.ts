/** Gives events their ids, has them written, and shows them: when they are committed, or at once while the store refuses. */
import type { EventRow } from '@muster/protocol';
import { wordKey } from '../bytes.ts';
import type { Kv } from '../kv.ts';
import type { EventIndex } from './event-index.ts';
import { EVENT_TABLE, openEventWriter } from './event-writer.ts';
import { clipped, decodeEvent, type Happening } from './row.ts';

export interface EventRows {
  /** Neither blocks nor throws. */
  add(events: readonly Happening[]): void;
  /** Rows that wait longer than they should are in the index from now on. */
  showLate(): void;
  row(id: number): EventRow | undefined;
  watch(listener: () => void): () => void;
  /** Writes what waits; never rejects. */
  close(): Promise<void>;
}

export interface EventRowsOptions {
  readonly wallNow: () => number;
  readonly now: () => number;
  readonly after: (delayMs: number, run: () => void) => () => void;
  readonly trouble?: (error: unknown) => void;
  readonly maxEntries: number;
  /** Of what is in the table; undefined: it is empty. */
  readonly firstId: number | undefined;
  readonly lastId: number | undefined;
}

/** Keys have 32 bits: a clock that is far off leaves room for a thousand million events. */
const maxFirstId = 3_000_000_000;

export function openEventRows(kv: Kv, index: EventIndex, options: EventRowsOptions): EventRows {
  const { wallNow, now, after, maxEntries } = options;
  const begin = Math.min(Math.max(1, Math.floor(wallNow() / 1_000)), maxFirstId);
  const tell = tellOnce(options.trouble ?? (() => {}));
  const listeners = new Set<() => void>();
  let lastId = options.lastId ?? begin - 1;
  let closed = false;
  const show = (rows: readonly EventRow[]): void => {
    for (const { id, kind } of rows) index.set(id, kind);
    for (const listener of [...listeners]) listener();
  };
  const add = (events: readonly Happening[]): void => {
    for (const event of closed ? [] : events) {
      lastId += 1;
      const row = { id: lastId, ...clipped(event) };
      writer.add(row);
      if (writer.shown()) show([row]);
    }
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
      if (dropped > 0) add([droppedRow(dropped, wallNow())]);
    },
    dropped: ({ id }) => index.clear(id),
  });
  return {
    add,
    showLate: () => {
      if (writer.shown()) for (const { id, kind } of writer.allWaiting()) index.set(id, kind);
    },
    row: (id) => writer.waiting(id) ?? stored(kv, id),
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      await writer.close();
    },
  };
}

/** That it refuses, and that it takes again. */
function tellOnce(trouble: (error: unknown) => void): (error: unknown) => void {
  let troubled = false;
  return (error) => {
    if (troubled === (error !== undefined)) return;
    troubled = error !== undefined;
    trouble(error);
  };
}

const stored = (kv: Kv, id: number): EventRow | undefined => {
  const bytes = kv.table(EVENT_TABLE).get(wordKey(id));
  return bytes === undefined ? undefined : decodeEvent(id, bytes);
};

const droppedRow = (count: number, atMs: number): Happening => ({
  kind: 'omitted',
  subject: 'journal',
  text: `${count === 1 ? 'One event was' : `${count} events were`} not kept: the store could not be written.`,
  atMs,
  times: count,
});
