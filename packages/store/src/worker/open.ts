/** A worker's agents over any `Kv`. */
import {
  type AgentInfo,
  type AgentUpdate,
  type IdRange,
  MAX_AGENT_ROWS,
  openRangeDigest,
  type RangeDigest,
} from '@muster/protocol';
import type { Unsent, WorkerAgents } from '../agents.ts';
import { wordKey } from '../bytes.ts';
import type { Kv, WritableTable } from '../kv.ts';
import { type Draft, openDraft } from '../rows/draft.ts';
import { loadRows, openRowIndex, type RowIndex } from '../rows/index-of-rows.ts';
import { decodeInfo } from '../rows/info.ts';
import { blockOf, type Cell, isThere } from '../rows/layout.ts';
import { confirmAll, moveAll, observeOne, resendAll } from './change.ts';
import { confirmedOf, isInfoUnsent, isUnsent, ROW_BYTES, revisionOf, seenOf, updateOf } from './row.ts';

const tables = { rows: 'wr', infos: 'wi', marks: 'wm' } as const;

/** Rows that one transaction changes at most: a few milliseconds. */
const ROWS_A_WRITE = 2_000;

/** What a batch packs four bytes of JSON into one: what is handed out for one batch is about what fits. */
const PACKED = 4;

export interface OpenWorkerOptions {
  /** No revision is below it: the wall clock at opening, ms, so that a worker that lost its store counts on from where it was. */
  readonly leastRevision: number;
  /** Resolves after others had a turn. */
  readonly turn?: () => Promise<void>;
}

interface Parts {
  readonly kv: Kv;
  readonly rows: RowIndex;
  readonly digest: RangeDigest;
  /** Unsent rows by block, those that wait longest first. */
  readonly unsent: Map<number, number>;
  unsentCount: number;
  last: number;
  newestMs: number;
}

/** Under this key lies the last revision that was given, for the row that had it may be gone. */
const LAST = new TextEncoder().encode('last-revision');

export async function openWorkerAgents(kv: Kv, options: OpenWorkerOptions): Promise<WorkerAgents> {
  const digest = openRangeDigest();
  const parts: Parts = {
    kv,
    rows: openRowIndex(ROW_BYTES),
    digest,
    unsent: new Map(),
    unsentCount: 0,
    last: 0,
    newestMs: 0,
  };
  const turn = options.turn ?? (() => Promise.resolve());
  await loadRows(parts.rows, kv.table(tables.rows), ROW_BYTES, follow(parts), turn);
  const mark = kv.table(tables.marks).get(LAST);
  parts.last = Math.max(
    parts.last,
    Math.floor(options.leastRevision),
    mark === undefined ? 0 : Number(new TextDecoder().decode(mark)),
  );
  return {
    observe: (updates) => observe(parts, updates),
    unsent: (limits) => unsent(parts, limits),
    unsentCount: () => parts.unsentCount,
    confirmed: (updates, outcome) => change(parts, (draft) => confirmAll(draft, updates, outcome)),
    moved: (ids) => inPieces(parts, ids, moveAll),
    resend: (ids) => inPieces(parts, ids, resendAll),
    remove: (ids) => remove(parts, ids),
    ids: () => ids(parts.rows),
    digest: digest.sum,
    digestOf: digest.sumOf,
    split: digest.split,
    held: (range) => held(parts.rows, range),
    size: parts.rows.size,
    newestMs: () => parts.newestMs,
  };
}

/** Keeps what is known of all rows. */
function follow(parts: Parts): (id: number, before: Cell, after: Cell) => void {
  const confirmed = (cell: Cell): number | undefined => (isThere(cell) && confirmedOf(cell)) || undefined;
  const waits = (cell: Cell): number => Number(isThere(cell) && isUnsent(cell));
  return (id, before, after) => {
    parts.digest.change(id, confirmed(before), confirmed(after));
    if (isThere(after)) {
      parts.last = Math.max(parts.last, revisionOf(after));
      parts.newestMs = Math.max(parts.newestMs, seenOf(after));
    }
    const more = waits(after) - waits(before);
    if (more === 0) return;
    const block = blockOf(id);
    const left = (parts.unsent.get(block) ?? 0) + more;
    parts.unsentCount += more;
    if (left === 0) parts.unsent.delete(block);
    else parts.unsent.set(block, left);
  };
}

/** One transaction over the rows; the index follows its commit. */
async function change<T>(
  parts: Parts,
  work: (draft: Draft, open: (name: keyof typeof tables) => WritableTable) => T,
): Promise<T> {
  const { result, blocks } = await parts.kv.write((open) => {
    const draft = openDraft(open(tables.rows), ROW_BYTES);
    const result = work(draft, (name) => open(tables[name]));
    return { result, blocks: draft.flush() };
  });
  parts.rows.apply(blocks, follow(parts));
  return result;
}

async function inPieces(
  parts: Parts,
  ids: readonly number[],
  work: (draft: Draft, ids: readonly number[]) => void,
): Promise<void> {
  for (let at = 0; at < ids.length; at += ROWS_A_WRITE)
    await change(parts, (draft) => work(draft, ids.slice(at, at + ROWS_A_WRITE)));
}

async function observe(parts: Parts, updates: readonly Omit<AgentUpdate, 'revision'>[]): Promise<number> {
  let count = 0;
  for (let at = 0; at < updates.length; at += ROWS_A_WRITE)
    count += await change(parts, (draft, open) =>
      observeSome(parts, draft, open, updates.slice(at, at + ROWS_A_WRITE)),
    );
  return count;
}

function observeSome(
  parts: Parts,
  draft: Draft,
  open: (name: keyof typeof tables) => WritableTable,
  updates: readonly Omit<AgentUpdate, 'revision'>[],
): number {
  const infos = open('infos');
  // Given once in a process: one whose transaction failed is nobody's.
  const next = (): number => {
    parts.last += 1;
    return parts.last;
  };
  const count = updates.filter((update) => observeOne(draft, infos, update, next)).length;
  if (count > 0) open('marks').put(LAST, new TextEncoder().encode(String(parts.last)));
  return count;
}

function unsent(parts: Parts, limits: Parameters<WorkerAgents['unsent']>[0]): Unsent {
  const updates: AgentUpdate[] = [];
  let full = 0;
  let bytes = 0;
  let more = false;
  const most = Math.min(limits.rows, MAX_AGENT_ROWS);
  const visit = (id: number, cell: Cell): boolean => {
    if (!isUnsent(cell)) return true;
    const info = isInfoUnsent(cell) ? infoOf(parts, id) : undefined;
    const tooMany = updates.length >= most || (info !== undefined && full >= limits.fullRows);
    const tooLarge = updates.length > 0 && bytes + (info?.bytes ?? 0) > limits.bytes * PACKED;
    more = tooMany || tooLarge;
    if (more) return false;
    bytes += info?.bytes ?? 0;
    if (info !== undefined) full += 1;
    updates.push(info === undefined ? updateOf(id, cell) : { ...updateOf(id, cell), info: info.info });
    return true;
  };
  for (const block of parts.unsent.keys()) {
    parts.rows.each(block, visit);
    if (more) break;
  }
  return { updates, more };
}

function infoOf({ kv }: Parts, id: number): { readonly info: AgentInfo; readonly bytes: number } | undefined {
  const bytes = kv.table(tables.infos).get(wordKey(id));
  const info = bytes === undefined ? undefined : decodeInfo(bytes);
  return info === undefined ? undefined : { info, bytes: bytes!.length };
}

async function remove(parts: Parts, ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += ROWS_A_WRITE)
    await change(parts, (draft, open) => {
      for (const id of ids.slice(at, at + ROWS_A_WRITE)) {
        if (draft.find(id) === undefined) continue;
        draft.clear(id);
        open('infos').remove(wordKey(id));
      }
    });
}

function* ids(rows: RowIndex): Iterable<number> {
  for (const block of rows.blocksFrom(0)) {
    const some: number[] = [];
    rows.each(block, (id) => {
      some.push(id);
      return true;
    });
    yield* some;
  }
}

function held(rows: RowIndex, { from, to }: IdRange): readonly (readonly [id: number, revision: number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (const block of rows.blocksFrom(blockOf(from))) {
    if (block > blockOf(to)) break;
    rows.each(block, (id, cell) => {
      if (id >= from && id <= to && confirmedOf(cell) > 0) pairs.push([id, confirmedOf(cell)]);
      return true;
    });
  }
  return pairs;
}
