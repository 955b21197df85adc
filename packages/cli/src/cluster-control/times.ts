/** How times and durations are written. A node says how long ago something was; the dates are by the clock of this machine. Pure. */

export interface WallClock {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Minutes that local time is east of Greenwich at `atMs`. */
  readonly zoneMinutes: (atMs: number) => number;
}

/** Whole microseconds since 1970; what is older than that is 1970. */
export const microsAgo = (agoMs: number, { nowMs }: WallClock): number =>
  Math.max(0, Math.round((nowMs - agoMs) * 1_000));

/** `2026-01-31T23:59:59.000001Z`. */
export const utcText = (micros: number): string => `${isoSeconds(micros)}.${fraction(micros)}Z`;

/** `2026-01-31 23:59:59.00` in local time, with `digits` decimals, cut and not rounded, so that no date is ahead of its time. */
export function localText(micros: number, digits: 2 | 6, { zoneMinutes }: WallClock): string {
  const local = micros + zoneMinutes(Math.floor(micros / 1_000)) * 60_000_000;
  return `${isoSeconds(Math.max(0, local)).replace('T', ' ')}.${fraction(micros).slice(0, digits)}`;
}

/**
 * `0.013s`: seconds between two such times with up to 3 decimals, as Python writes a float that it rounded: `2.0s`, and of
 * two that are equally near the even one. Less than half a millisecond, and what ends before it begins, is `0.001s`.
 */
export function durationText(startMicros: number, endMicros: number): string {
  const seconds = (endMicros - startMicros) / 1_000_000;
  if (seconds < 0.0005) return '0.001s';
  const rounded = Number(isTie(seconds) ? evenThousandths(seconds) : seconds.toFixed(3));
  return `${Number.isInteger(rounded) ? rounded.toFixed(1) : rounded}s`;
}

/** Half-way between two thousandths, exactly: odd sixteenths alone are, as floats. */
const isTie = (seconds: number): boolean => Math.abs((seconds * 16) % 2) === 1;
const evenThousandths = (seconds: number): number => (2 * Math.round(seconds * 500)) / 1_000;

const isoSeconds = (micros: number): string => new Date(Math.floor(micros / 1_000)).toISOString().slice(0, 19);
const fraction = (micros: number): string => String(micros % 1_000_000).padStart(6, '0');
