/** How a duration is written. Pure. */

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
