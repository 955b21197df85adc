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

/** `line` in `columns` cells at most; where it was cut the last is `…`. Colours end with it. */
export function cutLine(line: string, columns: number): string {
  if (cellsOf(line) <= columns) return line;
  const [kept = ''] = fold(line, Math.max(1, columns - 1));
  return `${kept}…${kept.includes('\u001b') ? '\u001b[0m' : ''}`;
}

/**
 * Lines for a screen of `columns` cells: rows of a table, which are those from a head in capitals to the next empty line,
 * are cut, so that they go on standing below each other; sentences are broken, and nothing of them is lost.
 */
export function fitLines(lines: readonly string[], columns: number): string[] {
  let inTable = false;
  return lines.flatMap((line) => {
    const text = line.replace(colours, '');
    inTable = isHead(text) || (inTable && text !== '');
    return inTable ? [cutLine(line, columns)] : fold(line, columns);
  });
}

/** Two words in capitals or more, with two blanks between. */
const isHead = (text: string): boolean => /^[A-Z][A-Z -]*? {2,}[A-Z][A-Z -]*$/.test(text);

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
