import type { DeadLetters } from './dead-letters.ts';

/** Where the one answer to an ask goes. */
export interface AnswerSlot {
  readonly kind: 'answer';
  /** Path of the actor that was asked. */
  readonly path: string;
  readonly deadLetters: DeadLetters;
  /** Undefined once the ask was answered, failed or timed out; the ask itself sees to that. */
  settle: ((reply: unknown) => void) | undefined;
}

/** Takes the first answer. A second, or one that comes too late, is a dead letter: false. */
export function answer(slot: AnswerSlot, reply: unknown): boolean {
  const { settle } = slot;
  if (settle === undefined) {
    slot.deadLetters.bury({ to: `${slot.path}#answer`, message: reply, reason: 'asker-gone' });
    return false;
  }
  settle(reply);
  return true;
}
