import fc from 'fast-check';
import { localText, microsAgo, microsOf, utcText, type WallClock } from '../src/times.ts';

const clock: WallClock = { nowMs: Date.UTC(2026, 0, 31, 23, 59, 59, 999), zoneMinutes: () => 330 };
/** Microseconds from 1970 to 2100. */
const micros = fc.integer({ min: 0, max: 4_102_444_800_000_000 });

describe('a date', () => {
  it('of 4.14 has six decimals and a Z', () => {
    expect(utcText(microsAgo(0, clock))).toBe('2026-01-31T23:59:59.999000Z');
    expect(utcText(microsAgo(0.001, clock))).toBe('2026-01-31T23:59:59.998999Z');
    expect(utcText(microsAgo(999, clock))).toBe('2026-01-31T23:59:59.000000Z');
    expect(utcText(microsAgo(86_400_000, clock))).toBe('2026-01-30T23:59:59.999000Z');
  });

  it('of 4.14 reads as what it was written of', () => {
    fc.assert(
      fc.property(micros, (at) => {
        const text = utcText(at);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
        expect(Date.parse(`${text.slice(0, 23)}Z`) * 1_000 + Number(text.slice(23, 26))).toBe(at);
      }),
    );
  });

  it('of 3.8 is local, with its decimals cut', () => {
    expect(localText(microsAgo(0, clock), 2, clock)).toBe('2026-02-01 05:29:59.99');
    expect(localText(microsAgo(0, clock), 6, clock)).toBe('2026-02-01 05:29:59.999000');
    expect(localText(0, 2, { ...clock, zoneMinutes: () => 0 })).toBe('1970-01-01 00:00:00.00');
  });

  it('of 3.8 has the zone that was there and then', () => {
    const summer = Date.UTC(2025, 2, 30, 1);
    const madrid: WallClock = { nowMs: clock.nowMs, zoneMinutes: (atMs) => (atMs < summer ? 60 : 120) };
    expect(localText((summer - 1) * 1_000, 2, madrid)).toBe('2025-03-30 01:59:59.99');
    expect(localText(summer * 1_000, 2, madrid)).toBe('2025-03-30 03:00:00.00');
  });

  it('is none before 1970, whatever age a peer claims', () => {
    for (const age of [clock.nowMs + 1, Number.MAX_SAFE_INTEGER]) {
      expect(utcText(microsAgo(age, clock))).toBe('1970-01-01T00:00:00.000000Z');
      const west = { ...clock, zoneMinutes: () => -300 };
      expect(localText(microsAgo(age, clock), 2, west)).toBe('1970-01-01 00:00:00.00');
    }
  });

  it.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [999.9996, '1970-01-01T00:00:01.000000Z'],
    [-1, '1969-12-31T23:59:59.999000Z'],
  ])('of %d ms is %s', (ms, text) => {
    expect(utcText(microsOf(ms))).toBe(text);
  });
});
