/** Adapter: how late the event loop runs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface EventLoop {
  /** The 99th percentile of the delay since the last call, ms. 0 when the loop is on time. */
  delayMs(): number;
  close(): void;
}

/** 20 samples a second: 0.03 CPU-s a minute here; finer ones cost more and say no more. */
const resolutionMs = 50;

export function watchEventLoop(): EventLoop {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    delayMs: () => {
      const lateMs = histogram.percentile(99) / 1e6 - resolutionMs;
      histogram.reset();
      return Number.isFinite(lateMs) && lateMs > 0 ? Math.round(lateMs * 10) / 10 : 0;
    },
    close: () => void histogram.disable(),
  };
}
