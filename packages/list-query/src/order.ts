import { type Row, type RowValue, valueAt } from './fields.ts';
import type { SortKey } from './parse.ts';

/** A copy in the order of `wanted`, the first first. Stable; what lacks a field comes last either way. */
export function sorted(rows: readonly Row[], wanted: readonly SortKey[]): readonly Row[] {
  if (wanted.length === 0) return rows;
  const keys = eachOnce(wanted);
  return rows.toSorted((a, b) => {
    for (const { field, descending } of keys) {
      const order = compareFields(valueAt(a, field), valueAt(b, field), descending);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Where a field was alike it is alike again: an address full of it would keep the node from its work for seconds. */
function eachOnce(keys: readonly SortKey[]): readonly SortKey[] {
  const first = new Map<string, SortKey>();
  for (const key of keys) if (!first.has(key.field)) first.set(key.field, key);
  return [...first.values()];
}

function compareFields(a: RowValue, b: RowValue, descending: boolean): number {
  const isMissing = [a, b].map((value) => value === undefined || value === null);
  if (isMissing[0] || isMissing[1]) return Number(isMissing[0]) - Number(isMissing[1]);
  const order = compare(a, b);
  return descending ? -order : order;
}

/** Numbers by size, all else as text, whatever the case; texts that differ in case alone by their characters. */
export function compare(a: RowValue, b: RowValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [textOf(a), textOf(b)];
  return byCode(left.toLowerCase(), right.toLowerCase()) || byCode(left, right);
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As it stands in JSON, without the quotes of a text. */
export const textOf = (value: RowValue): string =>
  typeof value === 'string' ? value : (JSON.stringify(value ?? null) ?? '');
