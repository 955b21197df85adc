const steps: readonly (readonly [limitMs: number, unitMs: number, unit: string])[] = [
  [1_000, 1, 'ms'],
  [60_000, 1_000, 's'],
  [3_600_000, 60_000, 'min'],
  [172_800_000, 3_600_000, 'h'],
];

/** `3 s`, `2 min`, `47 h`, `12 d`: a duration in milliseconds, rounded down to one unit. */
export function age(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  for (const [limitMs, unitMs, unit] of steps) if (ms < limitMs) return `${Math.floor(ms / unitMs)} ${unit}`;
  return `${Math.floor(ms / 86_400_000)} d`;
}

/** `0 B`, `1.0 KiB`, `64 MiB`: bytes, with one decimal below 10. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(count) / 10), units.length);
  const value = count / 1024 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power - 1]}`;
}

/** `1 file`, `3 files`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What came from a wire or a disk, fit for a terminal: no control character reaches it. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are to be shown, not obeyed
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
