/** A terminal of endless height, for what our programs send: characters, line ends, `CSI` F, G, A, C, D, J, K and m. Pure but for its own state. */
export interface Screen {
  readonly write: (text: string) => void;
  /** All lines, without blanks at their ends. */
  readonly text: () => string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal obeys
const tokens = /\u001b\[([?0-9;]*)([A-Za-z])|\u001b[=>]|[\r\n\u0007\b]|[^\u001b\r\n\u0007\b]+|\u001b/g;

export function typewriter(): Screen {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  /** Of a sequence that is not whole yet. */
  let rest = '';

  const put = (text: string): void => {
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + text + line.slice(column + text.length);
    column += text.length;
  };
  const down = (): void => {
    row += 1;
    if (lines[row] === undefined) lines[row] = '';
  };
  const up = (by: number): void => {
    row = Math.max(0, row - by);
  };
  const clear = (letter: string, number: number): void => {
    if (number !== 0) return;
    lines[row] = (lines[row] ?? '').slice(0, column);
    if (letter === 'J') lines.length = row + 1;
  };
  const obey = (letter: string, number: number): void => {
    const by = Math.max(1, number);
    if (letter === 'F') [column] = [0, up(by)];
    else if (letter === 'A') up(by);
    else if (letter === 'G') column = by - 1;
    else if (letter === 'C') column += by;
    else if (letter === 'D') column = Math.max(0, column - by);
    else if (letter === 'J' || letter === 'K') clear(letter, number);
  };
  const feed = (token: string, number: string | undefined, letter: string | undefined): void => {
    if (letter !== undefined) obey(letter, Number(number) || 0);
    else if (token === '\r') column = 0;
    else if (token === '\n') down();
    else if (token === '\b') column = Math.max(0, column - 1);
    else if (token !== '\u0007' && !token.startsWith('\u001b')) put(token);
  };

  return {
    write: (text) => {
      const all = rest + text;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the beginning of a sequence
      const open = /\u001b(?:\[[?0-9;]*)?$/.exec(all)?.index ?? all.length;
      rest = all.slice(open);
      for (const [token, number, letter] of all.slice(0, open).matchAll(tokens)) feed(token, number, letter);
    },
    text: () => lines.map((line) => line.trimEnd()).join('\n'),
  };
}
