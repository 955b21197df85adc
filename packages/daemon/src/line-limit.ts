/** Lines of one kind that are logged as they come. More than an operator reads, less than fills a disk. */
const burst = 5;
/** For how long a kind is counted, ms. */
const windowMs = 60_000;
/** Kinds remembered at once: strangers who think of ever new names get no more memory than this. */
const maxKinds = 4_096;

/**
 * Calls `write` for the first 5 lines of `kind` in a minute, and leaves the others out. What it writes ends with
 * `more`: that lines will be left out, or how many were.
 */
export type LineLimit = (kind: string, write: (more: string) => void) => void;

/** For what strangers can cause as often as they like. `now`: milliseconds on a monotonic scale. No timer. */
export function lineLimit(now: () => number): LineLimit {
  const kinds = new Map<string, { readonly since: number; lines: number }>();
  const forget = (at: number): void => {
    for (const [kind, { since }] of kinds) if (at - since >= windowMs) kinds.delete(kind);
  };
  const kindOf = (given: string, at: number): string => {
    if (!kinds.has(given) && kinds.size >= maxKinds) forget(at);
    return kinds.has(given) || kinds.size < maxKinds ? given : 'others';
  };
  return (given, write) => {
    const at = now();
    const kind = kindOf(given, at);
    const before = kinds.get(kind);
    const goesOn = before !== undefined && at - before.since < windowMs;
    const count = goesOn ? before : { since: at, lines: 0 };
    count.lines += 1;
    kinds.set(kind, count);
    const left = goesOn ? 0 : (before?.lines ?? 0) - burst;
    if (left > 0) write(` (${left} more of these were not logged)`);
    else if (count.lines < burst) write('');
    else if (count.lines === burst) write(' (more of these are counted for a minute, not logged)');
  };
}
