import { dispatch, type Ref as NactRef, query } from 'nact';

declare const accepts: unique symbol;

/**
 * The address of an actor that accepts `Message`.
 *
 * nact's own `Ref<T>` has no members, so any value passes for one; ours is contravariant in
 * `Message`: a ref that accepts more may stand where one that accepts less is wanted.
 */
export interface Ref<in Message> {
  readonly name: string;
  readonly [accepts]: (message: Message) => void;
}

/** Delivers `message` at most once. Sending to a stopped actor is a no-op. */
export function tell<Message>(to: Ref<Message>, message: NoInfer<Message>): void {
  dispatch(to as unknown as NactRef<Message>, message);
}

/** Sends the message made for a one-off reply address. Rejects when no reply came within `timeoutMs`. */
export function ask<Message, Reply>(
  to: Ref<Message>,
  message: (replyTo: Ref<Reply>) => Message,
  timeoutMs: number,
): Promise<Reply> {
  return query(to as never, message as never, timeoutMs) as Promise<Reply>;
}
