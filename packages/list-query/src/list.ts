import { parseCondition } from './condition.ts';
import { faultOf, type ListFault } from './fault.ts';
import { fieldsOf, leaves, picked, type Row } from './fields.ts';
import { sorted } from './order.ts';
import type { SortKey } from './parse.ts';

/** What is wanted of a list. Absent: no such wish. */
export interface ListQuery {
  /** Rows to leave out at the beginning. At least 0. */
  readonly offset?: number | undefined;
  /** Rows at most; absent, all. At least 0. */
  readonly limit?: number | undefined;
  readonly sort?: readonly SortKey[] | undefined;
  /** Part of any value of a row, whatever the case. */
  readonly search?: string | undefined;
  /** The rows that do not hold `search`. */
  readonly complementarySearch?: boolean | undefined;
  /** Paths of the members to show. */
  readonly select?: readonly string[] | undefined;
  /** The query language: `name=a;type=worker,version~4`. */
  readonly q?: string | undefined;
  /** What is the same after `select`, once. With more than one field selected it is a fault. */
  readonly distinct?: boolean | undefined;
}

export interface ListOptions {
  /** Paths that may be sorted, selected and asked for, where rows need not have them all; absent, those that the rows have. */
  readonly fields?: readonly string[] | undefined;
}

export type ListResult<Item extends Row> =
  | {
      /** One page. Whole rows, but for `select`. */
      readonly items: readonly (Item | Partial<Item>)[];
      /** Of all pages. */
      readonly total: number;
    }
  | { readonly fault: ListFault };

/**
 * `rows` as `query` wants them: those that fit `q` and `search`, sorted, with the selected members, each once, and of
 * these one page. Pure; the rows are left as they are.
 */
export function listOf<Item extends Row>(
  rows: readonly Item[],
  query: ListQuery,
  options: ListOptions = {},
): ListResult<Item> {
  const fields = options.fields === undefined ? fieldsOf(rows) : new Set(options.fields);
  const fault = sortFault(query, fields) ?? selectFault(query, fields);
  if (fault !== undefined) return { fault };
  const condition = query.q === undefined || query.q === '' ? () => true : parseCondition(query.q, fields);
  if (typeof condition !== 'function') return { fault: condition };
  const fitting = rows.filter((row) => condition(row) && isFound(row, query));
  const inOrder = sorted(fitting, query.sort ?? []);
  const { offset = 0, limit = rows.length } = query;
  const select = query.select && [...new Set(query.select)];
  const shown: readonly Row[] = select === undefined ? inOrder : inOrder.map((row) => picked(row, select));
  const kept = query.distinct === true ? once(shown) : shown;
  return {
    items: kept.slice(offset, offset + limit) as unknown as readonly (Item | Partial<Item>)[],
    total: kept.length,
  };
}

function isFound(row: Row, { search, complementarySearch }: ListQuery): boolean {
  if (search === undefined || search === '') return true;
  const wanted = search.toLowerCase();
  const found = [...leaves(row)].some((value) => String(value).toLowerCase().includes(wanted));
  return found !== (complementarySearch === true);
}

function sortFault({ sort = [] }: ListQuery, fields: ReadonlySet<string>): ListFault | undefined {
  const wrong = sort.find(({ field }) => !fields.has(field));
  if (wrong === undefined) return undefined;
  return faultOf(wrong.field === '' ? 1404 : 1403, wrong.field, allowed(fields));
}

function selectFault({ select, distinct }: ListQuery, fields: ReadonlySet<string>): ListFault | undefined {
  const wrong = select?.find((field) => !fields.has(field));
  if (wrong !== undefined) return faultOf(1724, wrong, allowed(fields));
  if (distinct !== true || select === undefined || select.length < 2) return undefined;
  return faultOf(1410, select.join(','), 'Select one field, or leave distinct out.');
}

const allowed = (fields: ReadonlySet<string>): string => `Fields are: ${[...fields].join(', ')}.`;

/** The first of those that are alike. */
function once(rows: readonly Row[]): readonly Row[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const text = JSON.stringify(row);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
