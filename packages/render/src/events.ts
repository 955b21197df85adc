import type { EventKind, EventRow } from '@muster/protocol';
import { type Cell, type Paint, renderRows, type Tone } from './table.ts';
import { printable } from './units.ts';

const bad: ReadonlySet<EventKind> = new Set(['crashed', 'lost', 'refused', 'failing', 'unreachable']);
const warning: ReadonlySet<EventKind> = new Set(['suspect', 'held', 'restarted', 'repaired', 'omitted', 'left']);
const good: ReadonlySet<EventKind> = new Set(['joined', 'synced', 'started', 'balanced']);

const toneOf = (kind: EventKind): Tone => {
  if (bad.has(kind)) return 'bad';
  if (warning.has(kind)) return 'warn';
  return good.has(kind) ? 'good' : 'dim';
};

/** Lines of a table that grows: columns never become narrower from one part to the next. */
export interface EventTable {
  /** The head comes with the first part that has a row. */
  part(rows: readonly EventRow[]): string[];
}

/** Rows that come one by one stand below each other: the first columns have room for what is usual. */
export function eventTable(paint: Paint): EventTable {
  let widths: readonly number[] = [19, 8, 8];
  let begun = false;
  return {
    part: (rows) => {
      if (rows.length === 0) return [];
      const head = ['TIME', 'KIND', 'SUBJECT', 'WHAT HAPPENED'].map((text): Cell => ({ text, tone: 'bold' }));
      const { lines, widths: grown } = renderRows([...(begun ? [] : [head]), ...rows.map(rowOf)], widths, paint);
      widths = grown.slice(0, 3);
      begun = true;
      return lines;
    },
  };
}

const rowOf = ({ atMs, kind, subject, text }: EventRow): readonly Cell[] => [
  { text: localTime(atMs), tone: 'dim' },
  { text: kind, tone: toneOf(kind) },
  { text: printable(subject) },
  { text: printable(text) },
];

const two = (number: number): string => `${number}`.padStart(2, '0');

/** `2026-03-01 12:03:07` on the wall of this machine; `-`: it is no time. */
export function localTime(wallMs: number): string {
  const time = new Date(wallMs);
  if (Number.isNaN(time.getTime())) return '-';
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
