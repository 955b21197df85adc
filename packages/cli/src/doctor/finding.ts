/** Words that checks share. Pure. */
import type { Finding } from '@muster/render';
import type { Known } from './facts.ts';

export type { Finding };

export const ok = (check: string, text: string): Finding => ({ verdict: 'ok', check, text });
export const warn = (check: string, text: string, cure: string): Finding => ({ verdict: 'warn', check, text, cure });
export const fail = (check: string, text: string, cure: string): Finding => ({ verdict: 'fail', check, text, cure });

/** What `judge` says of what is known; that it is not known is a warning. */
export const judged = <T>(
  check: string,
  fact: Known<T>,
  judge: (value: T) => readonly Finding[],
): readonly Finding[] =>
  fact.ok
    ? judge(fact.value)
    : [warn(check, `not known: ${fact.why}`, 'Run muster doctor as root, or as the user of the node.')];

/** Lines that say that all is well, of which there may be a thousand, one for each node. */
const shownFine = 10;

/** The others are all kept. `what`: `nodes`. */
export function foldFine(findings: readonly Finding[], check: string, what: string): readonly Finding[] {
  const fine = findings.filter(({ verdict }) => verdict === 'ok');
  if (fine.length <= shownFine) return findings;
  const hidden = new Set(fine.slice(shownFine));
  return [...findings.filter((each) => !hidden.has(each)), ok(check, `${hidden.size} more ${what} are as well`)];
}
