import type { Clock } from './clock.ts';

/** A clock that moves only when told. Timers due at the same instant fire in the order they were set. */
export interface ManualClock extends Clock {
  /** Moves time forward, firing every timer that falls due, and lets the mailboxes drain after each. */
  advance(byMs: number): Promise<void>;
}

interface Timer {
  readonly dueAt: number;
  readonly fire: () => void;
}

/** Lets every actor work off its mailbox: nact takes one turn of the event loop per message. */
export async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function manualClock(): ManualClock {
  let now = 0;
  const timers = new Set<Timer>();
  return {
    now: () => now,
    after: (delayMs, fire) => {
      const timer = { dueAt: now + delayMs, fire };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: async (byMs) => {
      const until = now + byMs;
      for (;;) {
        const next = [...timers].sort((a, b) => a.dueAt - b.dueAt)[0];
        if (next === undefined || next.dueAt > until) break;
        timers.delete(next);
        now = next.dueAt;
        next.fire();
        await settle();
      }
      now = until;
    },
  };
}
