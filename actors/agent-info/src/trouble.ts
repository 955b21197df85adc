/** Something that failed and is tried again later. Pure. */

export interface Trouble {
  /** Failures in a row, from 1. */
  readonly attempts: number;
  /** Not before this time, ms of the clock. */
  readonly until: number;
  readonly code: string;
  readonly text: string;
}

const firstMs = 500;
const longestMs = 30_000;

/** 500 ms after the first failure, doubling, at most 30 s: a short fault delays no status by a second, a long one costs nothing. */
export const backOffMs = (attempts: number): number => Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 10));

/** One more failure after `before`. */
export function failedAgain(before: Trouble | undefined, { code, text }: Failure, now: number): Trouble {
  const attempts = (before?.attempts ?? 0) + 1;
  return { attempts, until: now + backOffMs(attempts), code, text };
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
