import { type AnswerSlot, answer } from './answer.ts';
import type { Cell } from './cell.ts';
import { deliver } from './deliver.ts';

declare const accepts: unique symbol;

/** Where the messages of a ref go; known to this package only. */
export const target: unique symbol = Symbol('target');

/**
 * The address of one actor that accepts `Message`. It outlives restarts of the actor and dies with
 * its stop: it never reaches a later actor of the same name. Contravariant: a ref that accepts more
 * may stand where one that accepts less is wanted.
 */
export interface Ref<in Message> {
  /** Unique among the siblings that live at one time. */
  readonly name: string;
  /** Names from the root down: `/links/node:worker1`. */
  readonly path: string;
  readonly [accepts]: (message: Message) => void;
}

interface Address extends Ref<never> {
  readonly [target]: Cell | AnswerSlot;
}

/** Makes the ref of `to`. */
export function refTo<Message>(to: Cell | AnswerSlot, name: string, path: string): Ref<Message> {
  return { name, path, [target]: to } as unknown as Ref<Message>;
}

/** The cell behind `ref`, or undefined for the one-off ref of an ask. */
export function cellOf(ref: Ref<never>): Cell | undefined {
  const to = (ref as Address)[target];
  return to.kind === 'cell' ? to : undefined;
}

/**
 * Delivers `message` at most once, in the order sent. Never throws. What a stopped actor or a full
 * mailbox does not take becomes a dead letter.
 */
export function tell<Message>(to: Ref<Message>, message: NoInfer<Message>): void {
  const at = (to as unknown as Address)[target];
  if (at.kind === 'cell') deliver(at, message, false);
  else answer(at, message);
}

/**
 * As `tell`, but says whether the message was taken. False: the actor is stopped, or its mailbox is
 * full and refuses; the sender keeps the message and no dead letter is counted. (A mailbox that
 * drops the newest counts it and also says false.)
 */
export function offer<Message>(to: Ref<Message>, message: NoInfer<Message>): boolean {
  const at = (to as unknown as Address)[target];
  return at.kind === 'cell' ? deliver(at, message, true) : answer(at, message);
}
