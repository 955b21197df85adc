/** Shows the live view: redrawn in place on a terminal, one line for each change elsewhere. */
import { changeLine, type LabRow, renderView, sameRow } from './view.ts';

export interface Screen {
  show(rows: readonly LabRow[], footer: readonly string[]): void;
  /** A line that stays, above the view. */
  say(text: string): void;
}

export interface ScreenDeps {
  readonly write: (text: string) => void;
  /** Undefined: no terminal. */
  readonly size: () => { readonly columns: number; readonly rows: number } | undefined;
  /** Milliseconds since the lab began. */
  readonly now: () => number;
}

const upAndClear = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}F\u001b[J`);

export const openScreen = (deps: ScreenDeps): Screen =>
  deps.size() === undefined ? logScreen(deps) : liveScreen(deps);

function liveScreen({ write, size }: ScreenDeps): Screen {
  let drawn: readonly string[] = [];
  const draw = (lines: readonly string[]): void => {
    write(upAndClear(drawn.length) + lines.map((line) => `${line}\n`).join(''));
    drawn = lines;
  };
  return {
    show: (rows, footer) => {
      const { columns, rows: height } = size() ?? { columns: 80, rows: 24 };
      // What is higher than the screen scrolls away and cannot be redrawn.
      const lines = renderView(rows, footer, columns).slice(0, Math.max(1, height - 1));
      if (lines.join('\n') !== drawn.join('\n')) draw(lines);
    },
    say: (text) => {
      const view = drawn;
      draw([]);
      write(`${text}\n`);
      draw(view);
    },
  };
}

function logScreen({ write, now }: ScreenDeps): Screen {
  const shown = new Map<string, LabRow>();
  let below: readonly string[] = [];
  return {
    show: (rows, footer) => {
      for (const line of footer) if (line !== '' && !below.includes(line)) write(`${line}\n`);
      below = footer;
      for (const row of rows) {
        if (sameRow(shown.get(row.name), row)) continue;
        shown.set(row.name, row);
        write(`${changeLine(row, now())}\n`);
      }
    },
    say: (text) => write(`${text}\n`),
  };
}
