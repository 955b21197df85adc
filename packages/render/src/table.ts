/** How a cell stands out on a terminal. Colour never carries meaning alone: the words say the same. */
export type Tone = 'good' | 'warn' | 'bad' | 'dim' | 'bold';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  readonly align?: 'right';
}

export type Paint = (text: string, tone: Tone) => string;

const codes: Readonly<Record<Tone, number>> = { good: 32, warn: 33, bad: 31, dim: 2, bold: 1 };

export const plain: Paint = (text) => text;
export const ansi: Paint = (text, tone) => `\u001b[${codes[tone]}m${text}\u001b[0m`;

/** Colours on a terminal only, and not where `NO_COLOR` is set to anything but nothing (no-color.org). */
export const paintFor = (isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): Paint =>
  isTerminal && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb' ? ansi : plain;

/** Lines of two-blank separated columns under an upper-case head; no line ends in blanks. */
export function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const headCells = head.map((text): Cell => ({ text, tone: 'bold' }));
  return renderRows([headCells, ...rows], [], paint).lines;
}

/** Rows of a part of a table, each column at least as wide as `least` says; `widths`: as wide as they are now. */
export function renderRows(
  rows: readonly (readonly Cell[])[],
  least: readonly number[],
  paint: Paint,
): { readonly lines: string[]; readonly widths: readonly number[] } {
  const widths = [...least];
  for (const row of rows)
    for (const [column, { text }] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  return { lines: rows.map((row) => renderRow(row, widths, paint)), widths };
}

function renderRow(row: readonly Cell[], widths: readonly number[], paint: Paint): string {
  const last = row.findLastIndex(({ text }) => text !== '');
  const cells = row.slice(0, last + 1).map((cell, column) => {
    const blanks = ' '.repeat(Math.max(0, (widths[column] ?? 0) - cell.text.length));
    const text = cell.tone === undefined ? cell.text : paint(cell.text, cell.tone);
    if (cell.align === 'right') return blanks + text;
    return column === last ? text : text + blanks;
  });
  return cells.join('  ');
}
