/** The views that are one table. */
import type { Bench, DeadLetterList, EventRow, LinkList, Trace } from '@muster/protocol';
import { age, bytes, counted, printable, renderTable } from '@muster/render';
import { ago, clockTime, cut, dateTime, left, right, type Style, span } from './show.ts';

export function renderDeadLetters({ count, rows }: DeadLetterList, { paint }: Style): readonly string[] {
  if (count === 0) return ['No message was lost since the start.'];
  const shown = rows.length === count ? '' : `; the last ${rows.length}`;
  const table = renderTable(
    ['WHEN', 'TO', 'MESSAGE', 'WHY', 'CONTENT'],
    rows.map((row) => [
      right(ago(row.agoMs)),
      left(row.to),
      left(row.message),
      left(row.reason),
      left(cut(row.shown, 200)),
    ]),
    paint,
  );
  return [`${counted(count, 'message')} reached nobody since the start${shown}`, '', ...table];
}

export function renderLinks({ rows, reconnects }: LinkList, { paint }: Style): readonly string[] {
  const words = `${counted(rows.length, 'link')}, ${counted(reconnects, 'reconnect')} since the start`;
  if (rows.length === 0) return [words];
  const head = [
    'NODE',
    'ROLE',
    'SINCE',
    'ROUND TRIP',
    'CLOCK',
    'SENT',
    'RECEIVED',
    'WAITS',
    'STREAMS',
    'ASKS',
    'ADDRESS',
    'VERSION',
  ];
  const table = renderTable(
    head,
    rows.map((row) => [
      left(row.peer),
      left(row.role),
      right(age(row.sinceMs)),
      row.roundTripMs === undefined ? { ...right('no answer'), tone: 'bad' } : right(span(row.roundTripMs)),
      right(skew(row.skewMs)),
      right(bytes(row.sentBytes)),
      right(bytes(row.receivedBytes)),
      right(bytes(row.queuedBytes)),
      right(`${row.streams}`),
      right(`${row.asks}`),
      left(row.address),
      left(row.version),
    ]),
    paint,
  );
  return [words, '', ...table];
}

/** Of the other's clock. */
const skew = (ms: number): string => `${ms < 0 ? '-' : '+'}${age(Math.abs(ms))}`;

/** One line, for lists that grow as well. */
export const renderEvent = ({ atMs, kind, subject, text }: EventRow, { paint }: Style): string =>
  `${dateTime(atMs)}  ${paint(kind.padEnd(10), eventTone(kind))}  ${paint(printable(subject), 'bold')}: ${printable(text)}`;

const bad: readonly EventRow['kind'][] = ['crashed', 'lost', 'refused', 'held'];
const eventTone = (kind: EventRow['kind']) => (bad.includes(kind) ? ('bad' as const) : ('dim' as const));

/** One message that an actor handled. `receivedAtMs`: on the wall, when the answer came. At most `columns` wide. */
export function renderTraced(
  row: Trace['rows'][number],
  receivedAtMs: number,
  columns: number,
  { paint }: Style,
): string {
  const time = clockTime(receivedAtMs - row.agoMs);
  const head = `${time}  ${printable(row.path)}  ${printable(row.message)}`;
  const times = `${span(row.handlingMs)}${row.waitMs >= 1 ? `, waited ${span(row.waitMs)}` : ''}`;
  const rest = cut(`${times}  ${printable(row.shown)}`, Math.max(0, columns - head.length - 2));
  return `${paint(time, 'dim')}${head.slice(time.length)}${rest === '' ? '' : `  ${rest}`}`;
}

export function renderBench(path: string, asked: number, bench: Bench): readonly string[] {
  const { count, tookMs, p50Ms, p99Ms, maxMs } = bench;
  const lost = count === asked ? '' : `; ${asked - count} did not come back in time`;
  const rate = tookMs > 0 && count > 0 ? `, ${Math.round((count * 1_000) / tookMs)}/s` : '';
  return [
    `${printable(path)}: ${counted(count, 'message')} in ${span(tookMs)}${rate}${lost}`,
    `Each waited for its turn: ${span(p50Ms)} at the median, ${span(p99Ms)} at 99 %, ${span(maxMs)} at most`,
  ];
}
