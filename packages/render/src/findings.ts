import { type Paint, renderRows, type Tone } from './table.ts';
import { counted, printable } from './units.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

/** What one check found. */
export interface Finding {
  readonly verdict: Verdict;
  /** What was looked at: `key`, `disk worker1`. */
  readonly check: string;
  readonly text: string;
  /** What to do about it; absent where all is well. */
  readonly cure?: string;
}

const tones: Readonly<Record<Verdict, Tone>> = { ok: 'good', warn: 'warn', fail: 'bad' };

/** One line for each, the cure below it; then how many. */
export function renderFindings(findings: readonly Finding[], paint: Paint): string[] {
  const rows = findings.map(({ verdict, check, text }) => [
    { text: verdict, tone: tones[verdict] },
    { text: printable(check) },
    { text: printable(text) },
  ]);
  const { lines, widths } = renderRows(rows, [4, 0, 0], paint);
  const indent = ' '.repeat((widths[0] ?? 0) + (widths[1] ?? 0) + 4);
  return [
    ...findings.flatMap(({ cure }, at) => [
      lines[at] ?? '',
      ...(cure === undefined ? [] : [`${indent}${paint('mend:', 'bold')} ${printable(cure)}`]),
    ]),
    '',
    summary(findings),
  ];
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: Verdict): number => findings.filter(({ verdict }) => verdict === wanted).length;
  return `${counted(findings.length, 'check')}: ${count('ok')} ok, ${count('warn')} warn, ${count('fail')} fail`;
}
