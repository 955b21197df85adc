/** The answer to `get_nodes` (`reference/links.md` 6). Pure. */
import type { NodeField, NodesQuery, Search, SortField } from './nodes-query.ts';
import { fine, type Outcome, refused } from './outcome.ts';

/** A node that takes part now. */
export interface NodeRow {
  readonly name: string;
  readonly type: 'master' | 'worker';
  /** Without a `v`. */
  readonly version: string;
  readonly ip: string;
}

export interface NodesAnswer {
  readonly items: readonly Readonly<Partial<NodeRow>>[];
  /** That fit, before offset and limit. */
  readonly totalItems: number;
}

/** `rows`: the master first, then workers in the order of their links; they stay so unless sorted. */
export function nodesAnswer(rows: readonly NodeRow[], query: NodesQuery): Outcome<NodesAnswer> {
  const { names, type, search, sort, select, distinct, offset, limit } = query;
  const missing = names?.filter((name) => !rows.some((row) => row.name === name)) ?? [];
  if (missing.length > 0) return refused(1730, missing.slice(0, 10).join(', '));
  const wanted = names === undefined ? undefined : new Set(names);
  const fitting = rows
    .filter((row) => (wanted?.has(row.name) ?? true) && (type === undefined || row.type === type))
    .filter((row) => matches(row, search));
  const items = sorted(fitting, sort).map((row) => selected(row, select));
  const all = distinct ? withoutTwins(items) : items;
  const end = limit === undefined ? all.length : offset + limit;
  return fine({ items: all.slice(offset, end), totalItems: all.length });
}

function matches(row: NodeRow, search: Search | undefined): boolean {
  if (search === undefined) return true;
  const found = [row.name, row.type, row.version, row.ip].some((value) => value.toLowerCase().includes(search.text));
  return found !== search.negated;
}

/** Whatever the case; stable. */
function sorted(rows: readonly NodeRow[], sort: readonly SortField[]): readonly NodeRow[] {
  return [...rows].sort((one, other) => {
    for (const { field, descending } of sort) {
      const order = compare(one[field].toLowerCase(), other[field].toLowerCase());
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const selected = (row: NodeRow, select: readonly NodeField[]): Readonly<Partial<NodeRow>> =>
  Object.fromEntries(select.map((field) => [field, row[field]]));

function withoutTwins<T extends object>(items: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const text = JSON.stringify(item);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
