/** Something that failed and is tried again later. Pure. */

export interface Trouble {
  /** Failures in a row, from 1. */
  readonly attempts: number;
  /** Not before this time, ms of the clock. */
  readonly until: number;
  readonly code: string;
  readonly text: string;
  /** People know of it. */
  readonly told: boolean;
}

const firstMs = 500;
const longestMs = 30_000;

/** 500 ms after the first failure, doubling, at most 30 s: a short fault delays no status by a second, a long one costs nothing. */
export const backOffMs = (attempts: number): number => Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 10));

/** One more failure after `before`, and whether it is news: the first of its code that is not among the first `quiet`. */
export function failedAgain(
  before: Trouble | undefined,
  { code, text }: Failure,
  now: number,
  quiet = 0,
): { readonly trouble: Trouble; readonly news: boolean } {
  const attempts = (before?.attempts ?? 0) + 1;
  const known = before?.told === true && before.code === code;
  const told = known || attempts > quiet;
  return { trouble: { attempts, until: now + backOffMs(attempts), code, text, told }, news: told && !known };
}

export interface Failure {
  readonly code: string;
  readonly text: string;
}

/** `code` of a system, link, store or manager error; `FAILED` for one without. */
export function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'FAILED';
  return { code, text };
}
