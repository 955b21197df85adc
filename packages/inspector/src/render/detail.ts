import type { ActorDetail } from '@muster/protocol';
import { age, type Cell, counted, printable, renderTable, renderTree } from '@muster/render';
import { ago, left, pretty, right, type Style, span } from './show.ts';

/** One actor from inside, one fact a line, then what there is more of. */
export function renderDetail(detail: ActorDetail, { paint, boxes }: Style): readonly string[] {
  const { row, upMs, capacity, overflowed, inFlight, state, children, messages, operations } = detail;
  const room = capacity > 0 ? ` of ${capacity}` : '';
  const facts: readonly (readonly [string, string])[] = [
    ['Actor', `${paint(printable(row.path), 'bold')}, ${row.kind}, ${printable(row.state)} for ${age(upMs)}`],
    ['Mailbox', `${row.mailbox} waiting${room}, ${row.highWater} at most; ${overflowed} had no room`],
    ['Work', `${counted(row.processed, 'message')} handled in ${span(row.busyMs)}; ${inFlight} under way outside`],
    ['Restarts', `${row.restarts}`],
    ...(row.lastError === undefined
      ? []
      : [['Last error', `${when(detail.lastErrorAgoMs)}${paint(printable(row.lastError), 'bad')}`] as const]),
  ];
  const part = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['', paint(title, 'bold'), ...lines];
  return [
    ...facts.map(([name, text]) => `${name.padEnd(12)}${text}`),
    ...part('State', state === undefined ? [] : pretty(state)),
    ...part('Children', children.length === 0 ? [] : renderTree(children, paint, boxes)),
    ...part('Last messages', messages.length === 0 ? [] : handled(messages, { paint, boxes })),
    ...part('It can be told and asked', operations.map(operation)),
  ];
}

const when = (agoMs: number | undefined): string => (agoMs === undefined ? '' : `${ago(agoMs)}: `);

const handled = (messages: ActorDetail['messages'], { paint }: Style): readonly string[] =>
  renderTable(
    ['WHEN', 'TOOK', 'MESSAGE', 'CONTENT'],
    messages.map(({ agoMs, handlingMs, type, shown }): readonly Cell[] => [
      right(ago(agoMs)),
      right(span(handlingMs)),
      left(type),
      left(shown.length > 200 ? `${shown.slice(0, 199)}…` : shown),
    ]),
    paint,
  );

const operation = ({ form, about, example }: ActorDetail['operations'][number]): string =>
  `${form} ${printable(example)}  ${printable(about)}`;
