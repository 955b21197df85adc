/**
 * Brings rows to the store behind the caller's back: one write under way at a time, five a second at most, a failed one
 * again after 1 s, doubling to a minute. While the store cannot be written the newest 1,000 rows are kept; those that
 * give way to them are counted.
 */
import type { EventRow } from '@muster/protocol';
import { wordKey, wordOf } from '../bytes.ts';
import type { Kv } from '../kv.ts';
import { encodeEvent } from './row.ts';

export const EVENT_TABLE = 'ev';

/** Rows that come together are written together; short, for what is only in memory is lost by a kill, ms. */
const gatherMs = 50;
/** Between two writes: a flood of events is no flood of commits, and who looks right after sees what was. */
const pauseMs = 200;
const retryMs = 1_000;
const maxRetryMs = 60_000;
/** Rows that wait for the disk: half a megabyte. */
const maxWaiting = 1_000;
/** A write that takes longer counts as one that fails, as far as showing its rows goes, ms. */
const slowMs = 2_000;

export interface EventWriter {
  /** Ids grow from call to call. Neither blocks nor throws. */
  add(row: EventRow): void;
  /** A row that is not in the store yet. */
  waiting(id: number): EventRow | undefined;
  /** All of them, oldest first. */
  allWaiting(): readonly EventRow[];
  /** Rows that wait are shown though they are not written, for the store fails or is slow. */
  shown(): boolean;
  /** Tries once more to write what waits; then nothing more is written. */
  close(): Promise<void>;
}

export interface EventWriterDeps {
  readonly kv: Kv;
  readonly now: () => number;
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** Ids from which on there may be rows in the table, and how many ids are kept. */
  readonly firstId: number;
  readonly maxEntries: number;
  /** These are in the store. */
  readonly written: (rows: readonly EventRow[]) => void;
  /** These wait, and will be shown nevertheless. Once for each failure. */
  readonly failed: (rows: readonly EventRow[], error: unknown) => void;
  /** So many were dropped since the last time, and the store can be written again. */
  readonly recovered: (dropped: number) => void;
  /** This row gave way to newer ones. */
  readonly dropped: (row: EventRow) => void;
}

export function openEventWriter(deps: EventWriterDeps): EventWriter {
  const { kv, now, after } = deps;
  const waiting = new Map<number, EventRow>();
  let inFlight: readonly EventRow[] = [];
  let flight: Promise<void> | undefined;
  let begunAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let dropped = 0;
  let firstId = deps.firstId;
  let cancel: (() => void) | undefined;
  let closed = false;

  const schedule = (): void => {
    if (closed || cancel !== undefined || flight !== undefined || waiting.size === 0) return;
    const pause = failures === 0 ? pauseMs : Math.min(retryMs * 2 ** (failures - 1), maxRetryMs);
    cancel = after(Math.max(gatherMs, begunAt + pause - now()), () => {
      cancel = undefined;
      write();
    });
  };
  const write = (): void => {
    const rows = [...waiting.values()];
    inFlight = rows;
    waiting.clear();
    begunAt = now();
    flight = commit(kv, rows, firstId, deps.maxEntries).then(
      () => succeeded(rows),
      (error: unknown) => refused(rows, error),
    );
  };
  const succeeded = (rows: readonly EventRow[]): void => {
    [flight, inFlight] = [undefined, []];
    firstId = Math.max(firstId, (rows.at(-1)?.id ?? 0) - deps.maxEntries + 1);
    deps.written(rows);
    const [before, lost] = [failures, dropped];
    [failures, dropped] = [0, 0];
    if (before > 0 || lost > 0) deps.recovered(lost);
    schedule();
  };
  const refused = (rows: readonly EventRow[], error: unknown): void => {
    [flight, inFlight] = [undefined, []];
    failures += 1;
    const newer = [...waiting.values()];
    waiting.clear();
    for (const row of [...rows, ...newer]) waiting.set(row.id, row);
    bound();
    deps.failed([...waiting.values()], error);
    schedule();
  };
  const bound = (): void => {
    for (const [id, row] of waiting) {
      if (waiting.size <= maxWaiting) return;
      waiting.delete(id);
      dropped += 1;
      deps.dropped(row);
    }
  };
  return {
    add: (row) => {
      if (closed) return;
      waiting.set(row.id, row);
      bound();
      schedule();
    },
    waiting: (id) => waiting.get(id) ?? inFlight.find((row) => row.id === id),
    allWaiting: () => [...inFlight, ...waiting.values()],
    shown: () => failures > 0 || (flight !== undefined && now() - begunAt > slowMs),
    close: async () => {
      closed = true;
      cancel?.();
      await flight;
      if (waiting.size > 0) write();
      await flight;
    },
  };
}

/** The rows, and the oldest go for them. */
const commit = (kv: Kv, rows: readonly EventRow[], firstId: number, maxEntries: number): Promise<void> =>
  kv.write((tables) => {
    const table = tables(EVENT_TABLE);
    for (const row of rows) table.put(wordKey(row.id), encodeEvent(row));
    const firstKept = (rows.at(-1)?.id ?? 0) - maxEntries + 1;
    if (firstKept <= firstId) return;
    const gone = [...table.range(wordKey(firstId), wordKey(firstKept))].map(([key]) => wordOf(key));
    for (const id of gone) table.remove(wordKey(id));
  });
