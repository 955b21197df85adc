/** Where a watched view is written: a frame of a terminal, drawn in place, or pieces of a pipe. */
import { cellsOf, fitLines, localTime, printable } from '@muster/render';
import { digestOf } from './changes.ts';
import type { Output, Terminal } from './commands.ts';
import { writeWholeMs } from './conversation.ts';
import type { View } from './view.ts';

export interface Board {
  readonly show: (view: View) => void;
  /** A line on the node itself; `isBad`: it cannot be reached. */
  readonly notice: (text: string, isBad: boolean) => void;
}

/** A new piece when something changed: for programs one line of JSON, for people a blank line between two. Notices go to stderr. */
export function pieces({ out, error }: Output, json: boolean): Board {
  let last: string | undefined;
  return {
    show: ({ value, lines }) => {
      const digest = digestOf(value);
      if (digest === last) return;
      const text = json ? JSON.stringify(value, writeWholeMs) : lines.join('\n');
      out(last === undefined || json ? text : `\n${text}`);
      last = digest;
    },
    notice: (text) => error(printable(text)),
  };
}

/** What stood there before is gone over, and what stood above it stays. As much is shown as fits. */
export function frames(
  { paint }: Output,
  { write, size }: Terminal,
  { title, watchMs }: { readonly title: string; readonly watchMs: number },
  wallNow: () => number,
): Board {
  let drawn: readonly string[] = [];
  let body: readonly string[] = [];
  let news: readonly string[] = [];
  const draw = (): void => {
    const { rows, columns } = size();
    const head = `${title}  ${timeOf(wallNow())}  every ${watchMs / 1_000} s, Ctrl-C ends`;
    const all = fitLines([paint(head, 'dim'), ...news, '', ...body], columns);
    // The last row of a terminal is where the cursor rests.
    const room = Math.max(1, rows - 1);
    const next =
      all.length <= room ? all : [...all.slice(0, room - 1), paint(`… ${all.length - room + 1} more`, 'dim')];
    // A terminal that became narrower has broken the lines that were drawn.
    const up = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(cellsOf(line) / columns)), 0);
    write(`${up === 0 ? '' : `\u001b[${up}F`}${next.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    drawn = next;
  };
  return {
    show: ({ lines }) => {
      body = lines;
      draw();
    },
    notice: (text, isBad) => {
      news = [`${timeOf(wallNow())}  ${paint(printable(text), isBad ? 'bad' : 'good')}`];
      draw();
    },
  };
}

const timeOf = (wallMs: number): string => localTime(wallMs).slice(-8);
