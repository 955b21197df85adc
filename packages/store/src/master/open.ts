/** The master's agents over any `Kv`: rows of status in memory and in the store, all else in the store alone. */
import type { MasterAgents, PublishedAs } from '../agents.ts';
import { wordKey } from '../bytes.ts';
import type { Kv } from '../kv.ts';
import { loadRows, openRowIndex } from '../rows/index-of-rows.ts';
import { decodeInfo } from '../rows/info.ts';
import type { Cell } from '../rows/layout.ts';
import { openNames } from '../rows/names.ts';
import { compare } from './compare.ts';
import { stationsOf } from './history.ts';
import { judge } from './judge.ts';
import { merge } from './merging.ts';
import { pageOf } from './page.ts';
import { change, idsIn, type Parts, pieces, tables } from './parts.ts';
import {
  infoNodeOf,
  isUnpublished,
  knownAgent,
  nodeOf,
  ROW_BYTES,
  revisionOf,
  setUnpublished,
  sinceOf,
  statusOf,
} from './row.ts';
import { openMasterView } from './view.ts';

export interface OpenOptions {
  /** Resolves after others had a turn: opening a million agents takes some. */
  readonly turn?: () => Promise<void>;
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
    infoFrom: (id) => {
      const cell = rows.find(id);
      return cell === undefined ? '' : names.nameOf(infoNodeOf(cell));
    },
    history: (id) => historyOf(parts, id),
    counts: () => new Map([...view.counts()].map(([node, counts]) => [names.nameOf(node), { ...counts }])),
    size: rows.size,
    newestMs: view.newestMs,
    unpublished: (limit) => unpublished(parts, limit),
    published: (updates) => published(parts, updates),
  };
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

function historyOf({ kv, rows, names }: Parts, id: number): ReturnType<MasterAgents['history']> {
  const cell = rows.find(id);
  const before = stationsOf(kv.table(tables.histories), id);
  if (cell === undefined || nodeOf(cell) === 0) return before;
  return [{ node: names.nameOf(nodeOf(cell)), sinceMs: sinceOf(cell) }, ...before];
}

function unpublished({ rows, view }: Parts, limit: number): readonly number[] {
  const ids: number[] = [];
  for (const block of view.unpublished()) {
    if (ids.length >= limit) break;
    ids.push(...idsIn(rows, block, isUnpublished).slice(0, limit - ids.length));
  }
  return ids;
}

function published(parts: Parts, updates: Parameters<MasterAgents['published']>[0]): Promise<void> {
  const { nameOf } = parts.names;
  // What is known of the agent may have come meanwhile, without a new revision: it was asked for.
  const asIs = (cell: Cell, { revision, node, status, infoFrom }: PublishedAs): boolean =>
    revisionOf(cell) === revision &&
    statusOf(cell) === status &&
    nameOf(nodeOf(cell)) === node &&
    nameOf(infoNodeOf(cell)) === infoFrom;
  return change(parts, (draft) => {
    for (const update of updates) {
      const cell = draft.find(update.id);
      if (cell === undefined || !asIs(cell, update)) continue;
      setUnpublished(cell, false);
      draft.changed(update.id);
    }
  });
}
