/** Paths that failed, and when each is tried again. Pure. */
import type { FileFailure } from './shapes.ts';

export interface Wait {
  readonly failure: FileFailure;
  /** Failures in a row, from 1. */
  readonly attempts: number;
  /** Not before this time, ms of the clock. */
  readonly until: number;
}

export type Waits = ReadonlyMap<string, Wait>;

const firstMs = 1_000;
const longestMs = 30_000;

/** 1 s after the first failure, doubling, at most 30 s: soon enough for a mended disk, too seldom to load a broken one. */
export const backOffMs = (attempts: number): number => Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 10));

/** `waits` after `tried` were tried and of them `failures` failed. */
export function afterAttempt(
  waits: Waits,
  tried: Iterable<string>,
  failures: readonly FileFailure[],
  now: number,
): Waits {
  const next = new Map(waits);
  for (const path of tried) next.delete(path);
  for (const failure of failures) {
    const attempts = (waits.get(failure.path)?.attempts ?? 0) + 1;
    next.set(failure.path, { failure, attempts, until: now + backOffMs(attempts) });
  }
  return next;
}

/** Only the waits of paths that are still to be done. */
export function stillWanted(waits: Waits, wanted: ReadonlySet<string>): Waits {
  if (waits.size === 0) return waits;
  return new Map([...waits].filter(([path]) => wanted.has(path)));
}

/** Without those of `codes`. */
export const withoutCodes = (waits: Waits, codes: ReadonlySet<string>): Waits =>
  new Map([...waits].filter(([, { failure }]) => !codes.has(failure.code)));
