/**
 * Repairs of one path to one and the same content, counted: when somebody else on the node keeps
 * writing a file, we would else write against them for ever. Pure.
 */

interface Repair {
  readonly wish: string;
  /** When it was last made so. */
  readonly lastAt: number;
  /** When it was made so again, oldest first; never more than `maxRepairs`. The first time is no repair. */
  readonly times: readonly number[];
}

export type Repairs = ReadonlyMap<string, Repair>;

/** A file is repaired this often within `repairWindowMs`; then it waits until the oldest repair has left the window. */
export const maxRepairs = 10;
export const repairWindowMs = 60_000;

/** Larger plans are not counted: nobody rewrites so many files by hand, and remembering them all costs more than it tells. */
const maxNoted = 1_000;

/** `repairs` with what was just repaired; those out of the window are forgotten. */
export function noteRepairs(
  repairs: Repairs,
  done: readonly (readonly [path: string, wish: string])[],
  now: number,
): Repairs {
  if (done.length > maxNoted) return repairs;
  const next = new Map([...repairs].filter(([, { lastAt }]) => now - lastAt < repairWindowMs));
  for (const [path, wish] of done) {
    const before = next.get(path);
    const times = before?.wish === wish ? [...before.times.filter((at) => now - at < repairWindowMs), now] : [];
    next.set(path, { wish, lastAt: now, times: times.slice(-maxRepairs) });
  }
  return next;
}

/** Until when the path is left alone, ms of the clock; 0 when it may be repaired now. */
export function restsUntil(repairs: Repairs, path: string, wish: string, now: number): number {
  const repair = repairs.get(path);
  if (repair === undefined || repair.wish !== wish || repair.times.length < maxRepairs) return 0;
  const until = repair.times[0]! + repairWindowMs;
  return until > now ? until : 0;
}
