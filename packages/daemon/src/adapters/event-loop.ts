/** Adapter: how late the event loop runs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface EventLoop {
  /**
   * The 99th percentile of the delay since it was last measured, ms. 0 when the loop is on time. Calls within half a
   * second get the same answer, so that who looks at a node takes nothing from its beats.
   */
  delayMs(): number;
  close(): void;
}

/** 20 samples a second: 0.03 CPU-s a minute here; finer ones cost more and say no more. */
const resolutionMs = 50;

/** Less than the time between two beats. */
const holdMs = 500;

/** Measures until `close`; holds nothing open. */
export function watchEventLoop(): EventLoop {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let measuredAt = Number.NEGATIVE_INFINITY;
  let delayMs = 0;
  return {
    delayMs: () => {
      if (performance.now() - measuredAt < holdMs) return delayMs;
      measuredAt = performance.now();
      const lateMs = histogram.percentile(99) / 1e6 - resolutionMs;
      histogram.reset();
      delayMs = Number.isFinite(lateMs) && lateMs > 0 ? Math.round(lateMs * 10) / 10 : 0;
      return delayMs;
    },
    close: () => void histogram.disable(),
  };
}
