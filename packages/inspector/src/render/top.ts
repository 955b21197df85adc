import { type Cell, counted, printable, renderTable } from '@muster/render';
import type { SortKey } from '../language/command.ts';
import { type ActorRate, sorted } from '../rates.ts';
import { cut, left, percent, perSecond, right, type Style } from './show.ts';

export interface TopView {
  readonly node: string;
  readonly rates: readonly ActorRate[];
  readonly sort: SortKey;
  /** The tree was too long for one answer. */
  readonly isCut: boolean;
}

const heads: readonly (readonly [head: string, key: SortKey | undefined])[] = [
  ['ACTOR', 'path'],
  ['MAILBOX', 'mailbox'],
  ['MSG/S', 'rate'],
  ['BUSY', 'busy'],
  ['HANDLED', undefined],
  ['RESTARTS', 'restarts'],
];

/** At most `lines` lines, none longer than `columns`. */
export function renderTop(view: TopView, style: Style, lines: number, columns: number): readonly string[] {
  const table = renderTable(
    head(view.sort),
    sorted(view.rates, view.sort)
      .slice(0, Math.max(1, lines - 3))
      .map((rate) => row(rate, columns)),
    style.paint,
  );
  return [cut(summary(view), columns), '', ...table].slice(0, lines);
}

/** The keys that `top` obeys. */
export const topKeys: ReadonlyMap<string, SortKey> = new Map([
  ['m', 'mailbox'],
  ['r', 'rate'],
  ['b', 'busy'],
  ['s', 'restarts'],
  ['p', 'path'],
]);

const head = (sort: SortKey): readonly string[] => heads.map(([text, key]) => (key === sort ? `${text}*` : text));

/** Columns that are left for the path beside the numbers, at their usual widths. */
const besidesPath = 52;

const row = (
  { path, mailbox, perSecond: rate, busy, processed, restarts }: ActorRate,
  columns: number,
): readonly Cell[] => [
  left(cut(path, Math.max(12, columns - besidesPath))),
  mailbox > 0 ? { ...right(`${mailbox}`), tone: 'warn' } : right('0'),
  right(perSecond(rate)),
  right(percent(busy)),
  right(`${processed}`),
  restarts > 0 ? { ...right(`${restarts}`), tone: 'warn' } : right('0'),
];

function summary({ node, rates, isCut }: TopView): string {
  const total = (of: (rate: ActorRate) => number | undefined): number | undefined =>
    rates.reduce<number | undefined>((sum, rate) => {
      const value = of(rate);
      return sum === undefined || value === undefined ? undefined : sum + value;
    }, 0);
  const first = isCut ? 'the first ' : '';
  const work = `${perSecond(total((rate) => rate.perSecond))} messages/s, ${percent(total((rate) => rate.busy))} busy`;
  return `${printable(node)}: ${first}${counted(rates.length, 'actor')}, ${work}, ${total((rate) => rate.mailbox)} waiting`;
}
