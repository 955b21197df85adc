/** How a node's process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** Milliseconds it ran. */
  readonly ranMs: number;
  /** The lab itself asked it to stop. */
  readonly asked: boolean;
}

/** Milliseconds between an end and the new start, as a service manager would wait. */
export const restartDelayMs = 2_000;

/** A process that ends by itself this soon, without a signal, will not do better the next time: its configuration is wrong. */
const tooSoonMs = 3_000;

/** What the lab does about it. */
export function afterEnd({ code, signal, ranMs, asked }: Ended): 'leave' | 'restart' | 'give-up' {
  if (asked) return 'leave';
  return signal === null && code !== 0 && ranMs < tooSoonMs ? 'give-up' : 'restart';
}
