const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `500ms`, `5s`, `1.5s`, `2min`, `1h` in milliseconds, 1 ms to 24 h; undefined: it is no such time. */
export function timeOf(text: string): number | undefined {
  const [, number = '', unit = ''] = /^([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|min|m|h)$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * (units[unit] ?? 0));
  return number !== '' && ms >= 1 && ms <= 86_400_000 ? ms : undefined;
}
