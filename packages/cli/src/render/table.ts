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
  const widths = head.map((title, column) => {
    return Math.max(title.length, ...rows.map((row) => row[column]?.text.length ?? 0));
  });
  return [headCells, ...rows].map((row) => renderRow(row, widths, paint));
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
