import type { WallClock } from './world.ts';

/** 2026-09-21: any day will do, but the same in every run. */
export const wallStart = 1_790_000_000_000;

/** A machine's wall clock over the timeline `now`: skewed from the start, then jumped and drifting as it is told. Whole milliseconds. */
export function openWallClock(now: () => number, skewMs: number): WallClock {
  let since = 0;
  let shown = wallStart + skewMs;
  let rate = 1;
  const exact = (): number => shown + (now() - since) * rate;
  const settle = (): void => {
    shown = exact();
    since = now();
  };
  return {
    now: () => Math.floor(exact()),
    jump: (byMs) => {
      settle();
      shown += byMs;
    },
    drift: (msPerSecond) => {
      settle();
      rate = 1 + msPerSecond / 1_000;
    },
  };
}
