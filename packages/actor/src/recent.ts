import { typeOf } from './redaction.ts';

/** A handled message, as it may be shown. */
export interface RecentMessage {
  /** Clock milliseconds when it was handled. */
  readonly at: number;
  readonly type: string;
  /** Redacted when it was handled: the original is not kept. */
  readonly message: unknown;
  readonly handlingMs: number;
}

/** The last `limit` messages of one actor. */
export interface RecentMessages {
  add(at: number, message: unknown, handlingMs: number): void;
  /** Up to the last `n`, oldest first. */
  read(n: number): readonly RecentMessage[];
}

export function keepMessages(limit: number, show: (message: unknown) => unknown): RecentMessages {
  const kept: RecentMessage[] = [];
  return {
    add: (at, message, handlingMs) => {
      kept.push({ at, type: typeOf(message), message: show(message), handlingMs });
      if (kept.length > limit) kept.shift();
    },
    read: (n) => kept.slice(Math.max(0, kept.length - n)),
  };
}
