/** What the master's agents are made of, and their one way to change. */
import type { Kv, WritableTable } from '../kv.ts';
import { type Draft, openDraft } from '../rows/draft.ts';
import type { RowIndex } from '../rows/index-of-rows.ts';
import type { Cell } from '../rows/layout.ts';
import type { Names } from '../rows/names.ts';
import { ROW_BYTES } from './row.ts';
import type { MasterView } from './view.ts';

/** Names of tables are short: they are part of every key. */
export const tables = { rows: 'r', infos: 'i', histories: 'h', nodes: 'n' } as const;

/** Rows that one transaction changes at most: a few milliseconds. */
const ROWS_A_WRITE = 2_000;

/** A row has two bytes for a node. Names are those of workers that were let in, ever. */
const MAX_NODES = 0xffff;

export interface Parts {
  readonly kv: Kv;
  readonly rows: RowIndex;
  readonly names: Names;
  readonly view: MasterView;
}

/** One transaction over the rows; the index follows its commit. */
export async function change<T>(
  { kv, rows, view, names }: Parts,
  work: (draft: Draft, open: (name: keyof typeof tables) => WritableTable, node: (name: string) => number) => T,
): Promise<T> {
  const { result, blocks, learned } = await kv.write((open) => {
    const draft = openDraft(open(tables.rows), ROW_BYTES);
    const learned = names.draft(open(tables.nodes));
    const numberOf = (name: string): number => {
      const number = learned.numberOf(name);
      if (number > MAX_NODES) throw new Error(`bug: more than ${MAX_NODES} names of nodes`);
      return number;
    };
    const result = work(draft, (name) => open(tables[name]), numberOf);
    return { result, blocks: draft.flush(), learned };
  });
  learned.commit();
  rows.apply(blocks, view.change);
  return result;
}

/** `list` in pieces that one transaction takes. */
export function* pieces<T>(list: readonly T[], size = ROWS_A_WRITE): Iterable<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}

/** Those in a block that fit. */
export function idsIn(rows: RowIndex, block: number, fits: (cell: Cell, id: number) => boolean): readonly number[] {
  const ids: number[] = [];
  rows.each(block, (id, cell) => {
    if (fits(cell, id)) ids.push(id);
    return true;
  });
  return ids;
}
