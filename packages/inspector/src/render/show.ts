import { age, type Cell, type Paint, printable } from '@muster/render';

/** How things are shown: colours and box drawing on a terminal only. */
export interface Style {
  readonly paint: Paint;
  readonly boxes: boolean;
}

/** `0.004 ms`, `0.12 ms`, `3.4 ms`, `250 ms`, `3 s`: as `age`, but handlers take less than 1 ms. */
export function span(ms: number): string {
  if (ms >= 10) return age(ms);
  return `${ms.toFixed(ms < 0.1 ? 3 : ms < 1 ? 2 : 1)} ms`;
}

export const ago = (ms: number): string => (ms < 1_000 ? 'now' : `${age(ms)} ago`);

export const right = (text: string): Cell => ({ text, align: 'right' });
export const left = (text: string): Cell => ({ text: printable(text) });

/** `0`, `0.4`, `12`, `1234` */
export const perSecond = (rate: number | undefined): string => {
  if (rate === undefined) return '-';
  return rate > 0 && rate < 10 ? rate.toFixed(1) : `${Math.round(rate)}`;
};

export const percent = (share: number | undefined): string =>
  share === undefined ? '-' : `${(share * 100).toFixed(1)} %`;

/** Cut to `columns`, with an ellipsis where something is left out. Texts with colours are not for this. */
export const cut = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;

/** JSON in lines; what fits one is not broken. What a node cut, for it was too long, is shown as it came. */
export function pretty(shown: string): readonly string[] {
  try {
    return jsonLines(JSON.parse(shown), '').map(printable);
  } catch {
    return shown.split('\n').map(printable);
  }
}

/** Columns of a line of JSON: below those of most terminals. */
const jsonColumns = 100;

function jsonLines(value: unknown, indent: string): readonly string[] {
  const whole = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + whole.length <= jsonColumns) return [whole];
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(([name, part]): readonly string[] => {
    const [first = '', ...rest] = jsonLines(part, inner);
    return [`${inner}${isList ? '' : `${JSON.stringify(name)}: `}${first}`, ...rest];
  });
  const lines = parts.flatMap((part, at) => (at < parts.length - 1 ? withComma(part) : part));
  return [isList ? '[' : '{', ...lines, `${indent}${isList ? ']' : '}'}`];
}

const withComma = (part: readonly string[]): readonly string[] => [...part.slice(0, -1), `${part.at(-1)},`];

const two = (number: number): string => `${number}`.padStart(2, '0');

/** `12:03:07.250` on the wall of this machine; `-` of what is no time. */
export function clockTime(wallMs: number): string {
  const time = new Date(wallMs);
  if (Number.isNaN(time.getTime())) return '-';
  const ms = `${time.getMilliseconds()}`.padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${ms}`;
}

/** `2026-03-01 12:03:07`, the same. */
export function dateTime(wallMs: number): string {
  const time = new Date(wallMs);
  if (Number.isNaN(time.getTime())) return '-';
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${clockTime(wallMs).slice(0, 8)}`;
}
