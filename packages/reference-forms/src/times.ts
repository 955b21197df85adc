/** How times are written (`reference/cli-api.md` 2). A node says how long ago something was, for clocks of nodes differ; the dates are by the clock of who shows them. */

export interface WallClock {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Minutes that local time is east of Greenwich at `atMs`. */
  readonly zoneMinutes: (atMs: number) => number;
}

/** In the zone of this process. */
export const zoneMinutes = (atMs: number): number => -new Date(atMs).getTimezoneOffset();

/** Whole microseconds. */
export const microsOf = (ms: number): number => Math.round(ms * 1_000);

/** Whole microseconds since 1970; what is older than that is 1970. */
export const microsAgo = (agoMs: number, { nowMs }: Pick<WallClock, 'nowMs'>): number =>
  Math.max(0, microsOf(nowMs - agoMs));

/** `2026-01-31T23:59:59.000001Z`. */
export const utcText = (micros: number): string => `${isoSeconds(micros)}.${fraction(micros)}Z`;

/** `2026-01-31 23:59:59.00` in local time, with `digits` decimals, cut and not rounded, so that no date is ahead of its time. */
export function localText(micros: number, digits: 2 | 6, zone: Pick<WallClock, 'zoneMinutes'>): string {
  const local = micros + zone.zoneMinutes(Math.floor(micros / 1_000)) * 60_000_000;
  return `${isoSeconds(Math.max(0, local)).replace('T', ' ')}.${fraction(micros).slice(0, digits)}`;
}

const second = 1_000_000;
const isoSeconds = (micros: number): string => new Date(Math.floor(micros / second) * 1_000).toISOString().slice(0, 19);
const fraction = (micros: number): string => String(((micros % second) + second) % second).padStart(6, '0');
