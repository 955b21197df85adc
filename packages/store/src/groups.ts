/** Assignments of groups over any `Kv`: 16 bytes an agent, and each list of groups that there is once. */
import type { GroupRow } from '@muster/protocol';
import type { Kv } from './kv.ts';
import { openDraft } from './rows/draft.ts';
import { loadRows, openRowIndex, type RowIndex } from './rows/index-of-rows.ts';
import { blockOf, type Cell } from './rows/layout.ts';
import { type Names, type NamesDraft, openNames } from './rows/names.ts';

const tables = { rows: 'gr', lists: 'gl', marks: 'gm' } as const;
const ROW_BYTES = 16;
const VERSION = new TextEncoder().encode('version');

/** The assignments as this node holds them, durable: `HeldGroups` of the agent-groups actors. */
export interface GroupStore {
  /** Of the last `put`; 0 before the first. */
  readonly version: () => number;
  get(id: number): GroupRow | undefined;
  /** Rows by id, from `from` to `to`, both included, at most `limit`. */
  rows(from: number, to: number, limit: number): readonly GroupRow[];
  /** One transaction: these rows and this version. A row without groups is removed. Rejects with a `StoreError`; then nothing was kept. */
  put(rows: readonly GroupRow[], version: number): Promise<void>;
  readonly size: () => number;
}

interface Parts {
  readonly kv: Kv;
  readonly rows: RowIndex;
  readonly lists: Names;
  version: number;
}

/** `turn` resolves after others had a turn. */
export async function openGroups(kv: Kv, options: { readonly turn?: () => Promise<void> } = {}): Promise<GroupStore> {
  const rows = openRowIndex(ROW_BYTES);
  const mark = kv.table(tables.marks).get(VERSION);
  const version = mark === undefined ? 0 : Number(new TextDecoder().decode(mark));
  const parts: Parts = { kv, rows, lists: openNames(kv.table(tables.lists)), version };
  await loadRows(rows, kv.table(tables.rows), ROW_BYTES, () => undefined, options.turn ?? (() => Promise.resolve()));
  return {
    version: () => parts.version,
    get: (id) => {
      const cell = rows.find(id);
      return cell === undefined ? undefined : rowOf(id, cell, parts.lists);
    },
    rows: (from, to, limit) => rowsBetween(parts, from, to, limit),
    put: (given, next) => put(parts, given, next),
    size: rows.size,
  };
}

function rowsBetween({ rows, lists }: Parts, from: number, to: number, limit: number): readonly GroupRow[] {
  const found: GroupRow[] = [];
  for (const block of rows.blocksFrom(blockOf(from))) {
    if (block > blockOf(to)) break;
    if (found.length >= limit) break;
    rows.each(block, (id, cell) => {
      if (id >= from && id <= to) found.push(rowOf(id, cell, lists));
      return found.length < limit;
    });
  }
  return found;
}

async function put(parts: Parts, rows: readonly GroupRow[], version: number): Promise<void> {
  const { blocks, lists } = await parts.kv.write((open) => {
    const draft = openDraft(open(tables.rows), ROW_BYTES);
    const learned = parts.lists.draft(open(tables.lists));
    for (const row of rows) {
      if (row.groups.length === 0) draft.clear(row.id);
      else writeRow(draft.cell(row.id), row, learned);
      draft.changed(row.id);
    }
    open(tables.marks).put(VERSION, new TextEncoder().encode(String(version)));
    return { blocks: draft.flush(), lists: learned };
  });
  lists.commit();
  parts.rows.apply(blocks, () => undefined);
  parts.version = version;
}

// Byte 0 is 1, so that a row that is there is not 0; then the list's number and the version.
function writeRow({ view, at }: Cell, { groups, version }: GroupRow, lists: NamesDraft): void {
  view.setUint8(at, 1);
  view.setUint32(at + 4, lists.numberOf(groups.join(',')), true);
  view.setFloat64(at + 8, version, true);
}

const rowOf = (id: number, { view, at }: Cell, lists: Names): GroupRow => ({
  id,
  version: view.getFloat64(at + 8, true),
  groups: lists.nameOf(view.getUint32(at + 4, true)).split(','),
});
