/** The master's agents over any `Kv`: rows of status in memory and in the store, all else in the store alone. */
import type { AgentStatus, AgentUpdate, IdRange, MergeOutcome } from '@muster/protocol';
import type { MasterAgents } from '../agents.ts';
import { wordKey } from '../bytes.ts';
import type { Kv, WritableTable } from '../kv.ts';
import { type Draft, openDraft } from '../rows/draft.ts';
import { loadRows, openRowIndex, type RowIndex } from '../rows/index-of-rows.ts';
import { decodeInfo } from '../rows/info.ts';
import { blockOf, type Cell } from '../rows/layout.ts';
import { type Names, openNames } from '../rows/names.ts';
import { compareRows } from './compare.ts';
import { stationsOf } from './history.ts';
import { mergeOne } from './merge.ts';
import { pageOf } from './page.ts';
import {
  isUnpublished,
  knownAgent,
  nodeOf,
  ROW_BYTES,
  revisionOf,
  seenOf,
  setStatus,
  setUnpublished,
  sinceOf,
  statusOf,
} from './row.ts';
import { canBeSilent, type MasterView, openMasterView } from './view.ts';

/** Names of tables are short: they are part of every key. */
const tables = { rows: 'r', infos: 'i', histories: 'h', nodes: 'n' } as const;

/** Rows that one transaction changes at most: a few milliseconds. */
const ROWS_A_WRITE = 2_000;

/** Code 4, `no-keep-alive` (`reference/agent-info.md` 3). */
const NO_KEEP_ALIVE = 4;

export interface OpenOptions {
  /** Resolves after others had a turn: opening a million agents takes some. */
  readonly turn?: () => Promise<void>;
}

interface Parts {
  readonly kv: Kv;
  readonly rows: RowIndex;
  readonly names: Names;
  readonly view: MasterView;
}

/** Reads all rows; 100,000 agents take a fraction of a second. */
export async function openMasterAgents(kv: Kv, options: OpenOptions = {}): Promise<MasterAgents> {
  const rows = openRowIndex(ROW_BYTES);
  const parts: Parts = { kv, rows, names: openNames(kv.table(tables.nodes)), view: openMasterView() };
  await loadRows(rows, kv.table(tables.rows), ROW_BYTES, parts.view.change, options.turn ?? (() => Promise.resolve()));
  const { view, names } = parts;
  const nodeNamed = (name: string): number => names.numberOf(name) ?? -1;
  return {
    merge: (node, updates, exists) => merge(parts, node, updates, exists),
    judge: (beforeMs, nowMs, spared) => judge(parts, beforeMs, nowMs, spared),
    remove: (ids) => remove(parts, ids),
    compare: (node, range, held) => compare(parts, node, range, held),
    digest: (node) => view.digest(nodeNamed(node)),
    digestOf: (node, range) => view.digestOf(nodeNamed(node), range),
    one: (id) => {
      const cell = rows.find(id);
      return cell === undefined ? undefined : knownAgent(id, cell, names.nameOf);
    },
    page: (query) => pageOf(rows, names, query),
    info: (id) => {
      const bytes = kv.table(tables.infos).get(wordKey(id));
      return bytes === undefined ? undefined : decodeInfo(bytes);
    },
    history: (id) => historyOf(parts, id),
    counts: () => new Map([...view.counts()].map(([node, counts]) => [names.nameOf(node), { ...counts }])),
    size: rows.size,
    unpublished: (limit) => unpublished(parts, limit),
    published: (updates) => published(parts, updates),
  };
}

/** One transaction over the rows; the index follows its commit. */
async function change<T>(
  { kv, rows, view, names }: Parts,
  work: (draft: Draft, open: (name: keyof typeof tables) => WritableTable, node: (name: string) => number) => T,
): Promise<T> {
  const { result, blocks, learned } = await kv.write((open) => {
    const draft = openDraft(open(tables.rows), ROW_BYTES);
    const learned = names.draft(open(tables.nodes));
    const result = work(draft, (name) => open(tables[name]), learned.numberOf);
    return { result, blocks: draft.flush(), learned };
  });
  learned.commit();
  rows.apply(blocks, view.change);
  return result;
}

type Merged = Awaited<ReturnType<MasterAgents['merge']>>;

function merge(
  parts: Parts,
  nodeName: string,
  updates: readonly AgentUpdate[],
  exists: (id: number) => boolean,
): Promise<Merged> {
  return change(parts, (rows, open, numberOf) => {
    const node = numberOf(nodeName);
    const { nameOf } = parts.names;
    const merging = { rows, infos: open('infos'), histories: open('histories'), node, nameOf };
    const [lost, wanted, unknown, changed]: [number[], number[], number[], number[]] = [[], [], [], []];
    const moved = new Map<string, number[]>();
    for (const update of updates) {
      if (!exists(update.id)) {
        unknown.push(update.id);
        continue;
      }
      const outcome = mergeOne(merging, update);
      if (outcome.verdict === 'lost') lost.push(update.id);
      if (outcome.wanted) wanted.push(update.id);
      if (outcome.verdict !== 'taken') continue;
      changed.push(update.id);
      if (outcome.from !== 0 && outcome.from !== node) listOf(moved, nameOf(outcome.from)).push(update.id);
    }
    return { lost, wanted, unknown, moved, changed };
  });
}

function listOf(lists: Map<string, number[]>, name: string): number[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}

/** `list` in pieces that one transaction takes. */
function* pieces<T>(list: readonly T[], size = ROWS_A_WRITE): Iterable<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}

async function judge(
  parts: Parts,
  beforeMs: number,
  nowMs: number,
  spared: (node: string) => boolean,
): Promise<readonly number[]> {
  const { rows, names, view } = parts;
  const isDue = (cell: Cell): boolean =>
    canBeSilent(cell) && seenOf(cell) < beforeMs && !spared(names.nameOf(nodeOf(cell)));
  const due: number[] = [];
  for (const block of view.oldest.due(beforeMs, (number) => oldestOf(rows, number)))
    for (const [id, cell] of rows.rowsOf(block)) if (isDue(cell)) due.push(id);
  const judged: number[] = [];
  for (const ids of pieces(due)) judged.push(...(await change(parts, (draft) => disconnect(draft, ids, isDue, nowMs))));
  return judged;
}

function oldestOf(rows: RowIndex, block: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [, cell] of rows.rowsOf(block)) if (canBeSilent(cell)) least = Math.min(least, seenOf(cell));
  return least;
}

/** Those that are due still: what is on its way to the disk counts. */
function disconnect(
  draft: Draft,
  ids: readonly number[],
  isDue: (cell: Cell) => boolean,
  nowMs: number,
): readonly number[] {
  return ids.filter((id) => {
    const cell = draft.find(id);
    if (cell === undefined || !isDue(cell)) return false;
    setStatus(cell, 'disconnected', NO_KEEP_ALIVE, nowMs);
    setUnpublished(cell, true);
    draft.changed(id);
    return true;
  });
}

async function remove(parts: Parts, ids: readonly number[]): Promise<readonly number[]> {
  const removed: number[] = [];
  for (const some of pieces(ids))
    removed.push(
      ...(await change(parts, (draft, open) =>
        some.filter((id) => {
          if (draft.find(id) === undefined) return false;
          draft.clear(id);
          open('infos').remove(wordKey(id));
          open('histories').remove(wordKey(id));
          return true;
        }),
      )),
    );
  return removed;
}

async function compare(
  parts: Parts,
  node: string,
  range: IdRange,
  held: ReadonlyMap<number, number>,
): Promise<MergeOutcome> {
  const ids = [...new Set([...idsOf(parts, node, range), ...held.keys()])].sort((one, other) => one - other);
  const lost: number[] = [];
  const wanted: number[] = [];
  for (const some of pieces(ids))
    await change(parts, (draft, _open, numberOf) => compareRows(draft, numberOf(node), some, held, { lost, wanted }));
  return { lost, wanted, unknown: [] };
}

/** Whom `node` has in `range`. */
function idsOf({ rows, names }: Parts, name: string, { from, to }: IdRange): readonly number[] {
  const node = names.numberOf(name);
  const ids: number[] = [];
  for (const block of rows.blocksFrom(blockOf(from))) {
    if (block > blockOf(to)) break;
    for (const [id, cell] of rows.rowsOf(block)) if (id >= from && id <= to && nodeOf(cell) === node) ids.push(id);
  }
  return ids;
}

function historyOf({ kv, rows, names }: Parts, id: number): ReturnType<MasterAgents['history']> {
  const cell = rows.find(id);
  const before = stationsOf(kv.table(tables.histories), id);
  if (cell === undefined || nodeOf(cell) === 0) return before;
  return [{ node: names.nameOf(nodeOf(cell)), sinceMs: sinceOf(cell) }, ...before];
}

function unpublished({ rows, view }: Parts, limit: number): readonly number[] {
  const ids: number[] = [];
  for (const block of view.unpublished()) {
    for (const [id, cell] of rows.rowsOf(block)) {
      if (ids.length >= limit) return ids;
      if (isUnpublished(cell)) ids.push(id);
    }
  }
  return ids;
}

function published(parts: Parts, updates: Parameters<MasterAgents['published']>[0]): Promise<void> {
  const asIs = (cell: Cell, { revision, node, status }: { revision: number; node: string; status: AgentStatus }) =>
    revisionOf(cell) === revision && statusOf(cell) === status && parts.names.nameOf(nodeOf(cell)) === node;
  return change(parts, (draft) => {
    for (const update of updates) {
      const cell = draft.find(update.id);
      if (cell === undefined || !asIs(cell, update)) continue;
      setUnpublished(cell, false);
      draft.changed(update.id);
    }
  });
}
