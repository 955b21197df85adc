const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const sizeUnits = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** What a duration looks like as text: `200ms`, `2.5s`, `5m`, `1h`. */
export const durationPattern = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$';
/** What a size looks like as text: `64MiB`, `1GiB`, `4096B`. */
export const sizePattern = '^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB)$';

/** Milliseconds of `2.5s`, or of a number of seconds. NaN when it is neither. */
export const parseDuration = (value: unknown): number =>
  typeof value === 'number' ? value * 1000 : parseUnits(value, durationUnits);

/** Bytes of `64MiB`, or of a number of bytes. NaN when it is neither, or no whole number of bytes. */
export function parseSize(value: unknown): number {
  const bytes = typeof value === 'number' ? value : parseUnits(value, sizeUnits);
  return Number.isInteger(bytes) ? bytes : Number.NaN;
}

function parseUnits(value: unknown, units: Readonly<Record<string, number>>): number {
  const [, digits = '', unit = ''] = /^([0-9]+(?:\.[0-9]+)?)([A-Za-z]+)$/.exec(String(value)) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return factor === undefined ? Number.NaN : Number((Number(digits) * factor).toFixed(6));
}

/** `2500` -> `2.5s`: the shortest that is exact to the millisecond. */
export const formatDuration = (ms: number): string => formatUnits(ms, durationUnits);
/** `67108864` -> `64MiB`. */
export const formatSize = (bytes: number): string => formatUnits(bytes, sizeUnits);

function formatUnits(value: number, units: Readonly<Record<string, number>>): string {
  const forms = Object.entries(units).map(([unit, factor]) => ({ unit, amount: value / factor }));
  const exact = forms.filter(({ amount }) => amount >= 1 && Number.isInteger(amount * 10));
  const { unit, amount } = exact.at(-1) ?? forms[0] ?? { unit: '', amount: value };
  return `${amount}${unit}`;
}
