/** Failures in words, and when to try again. */
import type { GroupsFault } from './ports.ts';

/** Something that failed as a whole and is tried again. */
export interface Trouble {
  readonly attempts: number;
  /** Not before, ms. */
  readonly until: number;
  readonly fault: GroupsFault;
}

/** Back-off: 1 s, doubling to 30 s. */
const firstMs = 1_000;
const longestMs = 30_000;

export const backOffMs = (attempts: number): number => Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 10));

/** `before`, once more. */
export function troubleAfter(before: Trouble | undefined, fault: GroupsFault, now: number): Trouble {
  const attempts = (before?.attempts ?? 0) + 1;
  return { attempts, until: now + backOffMs(attempts), fault };
}

/** `code` of an error that has one; `FAILED` for one without. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'FAILED';
}

export function faultOf(doing: string, error: unknown): GroupsFault {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  return { at: doing, code, text: `it failed (${text.includes(code) ? text : `${code}: ${text}`}); it is tried again` };
}

/** Faults told of one piece of work: the first few name the trouble, and a log is no list. */
const maxTold = 20;

export const told = (faults: readonly GroupsFault[]): readonly GroupsFault[] =>
  faults.length <= maxTold
    ? faults
    : [
        ...faults.slice(0, maxTold),
        { at: 'agents', code: 'more-faults', text: `${faults.length - maxTold} more faults like these are not shown` },
      ];

/** By `at`, the code that was told last. */
export type ToldFaults = ReadonlyMap<string, string>;

/** More are not remembered: told again, they are a nuisance; remembered, they would fill memory. */
const maxRemembered = 10_000;

/** Those of `faults` that are news, and what has been told with them: one that stays is told once, not at each listing. */
export function freshFaults(
  before: ToldFaults,
  faults: readonly GroupsFault[],
): { readonly toldFaults: ToldFaults; readonly fresh: readonly GroupsFault[] } {
  const fresh = faults.filter(({ at, code }) => before.get(at) !== code);
  if (fresh.length === 0) return { toldFaults: before, fresh };
  const toldFaults = new Map(before.size + fresh.length > maxRemembered ? [] : before);
  for (const { at, code } of fresh.slice(0, maxRemembered)) toldFaults.set(at, code);
  return { toldFaults, fresh };
}
