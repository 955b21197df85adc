import { openQueue } from '../../src/queue.ts';
import type { Cancel } from '../../src/timeline.ts';

/** Time that passes only when a test says so. */
export interface HandClock {
  now(): number;
  after(delayMs: number, run: () => void): Cancel;
  /** Runs what is due within this time, each at its own, and what that brings. */
  pass(ms: number): void;
}

export function openHandClock(): HandClock {
  const queue = openQueue<() => void>();
  let now = 0;
  return {
    now: () => now,
    after: (delayMs, run) => queue.add(now + delayMs, run),
    pass: (ms) => {
      const until = now + ms;
      for (let due = queue.take(); due !== undefined; due = queue.take()) {
        if (due.at > until) {
          queue.add(due.at, due.item);
          break;
        }
        now = Math.max(now, due.at);
        due.item();
      }
      now = until;
    },
  };
}
