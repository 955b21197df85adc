/** Lines as a terminal shows them. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of our own, which take no room
const colours = /\u001b\[[0-9;]*m/g;

/** How many cells `line` takes. */
export const cellsOf = (line: string): number => line.replace(colours, '').length;

/** `line` in pieces of `columns` cells at most, as a terminal would break it; colours go on from piece to piece. At least one piece. */
export function fold(line: string, columns: number): string[] {
  const width = Math.max(1, columns);
  const rows: string[] = [];
  let row = '';
  let cells = 0;
  for (const part of partsOf(line)) {
    if (part.startsWith('\u001b')) {
      row += part;
      continue;
    }
    let rest = part;
    while (cells + rest.length > width) {
      rows.push(row + rest.slice(0, width - cells));
      rest = rest.slice(width - cells);
      row = '';
      cells = 0;
    }
    row += rest;
    cells += rest.length;
  }
  return [...rows, row];
}

/** Colours and what stands between them, in order. */
function partsOf(line: string): readonly string[] {
  const parts: string[] = [];
  let at = 0;
  for (const match of line.matchAll(colours)) {
    parts.push(line.slice(at, match.index), match[0]);
    at = match.index + match[0].length;
  }
  return [...parts, line.slice(at)];
}
