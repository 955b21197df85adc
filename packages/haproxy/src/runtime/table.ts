/** Tables that HAProxy prints: a head line with the columns' names, then rows. Read by names, so that new columns do no harm. */
import { maxLineLength, maxRows } from './settings.ts';

/** `fault` says what is wrong with the text, in plain words. */
export type Table = { readonly rows: readonly Row[] } | { readonly fault: string };
export type Row = ReadonlyMap<string, string>;

/** How a table is written: what its head begins with, and how a line is cut into cells. */
export interface Dialect {
  readonly head: string;
  readonly cells: (line: string) => readonly string[] | undefined;
}

/** `show stat`: comma separated, quoted where needed, with a comma after the last cell. */
export const csvDialect: Dialect = { head: '# pxname,', cells: csvCells };
/** `show servers state`: separated by single spaces, an absent word is `-`. */
export const spacedDialect: Dialect = { head: '# be_id ', cells: (line) => line.split(' ') };

/** Rows up to the first empty line after the head. `columns` must all be there, and a row must have a cell for each. */
export function parseTable(text: string, dialect: Dialect, columns: readonly string[]): Table {
  const from = text.startsWith(dialect.head) ? 0 : text.indexOf(`\n${dialect.head}`) + 1;
  if (from === 0 && !text.startsWith(dialect.head)) return { fault: `there is no line "${dialect.head}…"` };
  const end = text.indexOf('\n\n', from);
  if (end < 0) return { fault: 'the list is cut short: its last line is not there' };
  const lines = text.slice(from, end).split('\n', maxRows + 2);
  if (lines.length > maxRows + 1) return { fault: `the list has more than ${maxRows} rows` };
  const long = lines.find((line) => line.length > maxLineLength);
  if (long !== undefined) return { fault: `a line has ${long.length} characters, more than ${maxLineLength}` };
  const [head = '', ...rest] = lines;
  const names = dialect.cells(head.slice(2)) ?? [];
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) return { fault: `the list has no column ${missing.join(', ')}` };
  return rowsOf(rest, names, columns, dialect);
}

function rowsOf(
  lines: readonly string[],
  names: readonly string[],
  columns: readonly string[],
  { cells }: Dialect,
): Table {
  const last = Math.max(...columns.map((column) => names.indexOf(column)));
  const rows: Row[] = [];
  for (const line of lines) {
    const values = cells(line);
    if (values === undefined || values.length <= last) return { fault: `row ${rows.length + 1} of the list is broken` };
    rows.push(new Map(values.slice(0, names.length).map((value, at) => [names[at]!, value])));
  }
  return { rows };
}

/** Cells of one CSV line; undefined for a quote that does not end, or one in the middle of a cell. */
function csvCells(line: string): readonly string[] | undefined {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  while (cell.lastIndex <= line.length) {
    const found = cell.exec(line);
    if (found === null) return undefined;
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '') return cells;
  }
  return cells;
}

/** A whole number, undefined for everything else. HAProxy leaves cells empty that do not apply; its numbers have 32 bits. */
export function count(row: Row, column: string): number | undefined {
  const text = row.get(column);
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
