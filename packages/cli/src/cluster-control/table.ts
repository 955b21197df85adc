/** Tables with two blanks behind every cell, the last one of a line included. Pure. */

/** Each column as wide as its longest cell and 2; a line for each row. `rows` are of one length. */
export function paddedLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = widthsOf(rows);
  return rows.map((row) => row.map((cell, column) => cell + blanks((widths[column] ?? 0) - lengthOf(cell))).join(''));
}

/** Length of the lines between the parts of a 3.8 table: two short of a row. */
export const ruleFor = (rows: readonly (readonly string[])[]): string =>
  '-'.repeat(widthsOf(rows).reduce((sum, width) => sum + width, 0) - 2);

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, lengthOf(cell) + 2);
  return widths;
}

/** In characters of Unicode, as Python counts. */
const lengthOf = (text: string): number => [...text].length;
const blanks = (count: number): string => ' '.repeat(count);
