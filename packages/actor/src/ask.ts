import type { AnswerSlot } from './answer.ts';
import type { Cell } from './cell.ts';
import { deliver } from './deliver.ts';
import { ActorStoppedError, AskTimeoutError, MailboxFullError } from './errors.ts';
import { cellOf, type Ref, refTo } from './ref.ts';

/**
 * Sends the message made for a one-off reply address and resolves with what is told to it. Rejects
 * with `AskTimeoutError` after `timeoutMs` (more than 0, on the clock of the asked actor), and at
 * once with `ActorStoppedError` when the actor is stopped or stops, `ActorCrashedError` when it
 * crashed after it took the question (one that still waits survives the crash), `MailboxFullError`
 * when the mailbox did not take the question. An answer that comes too late is a dead letter.
 */
export function ask<Message, Reply>(
  to: Ref<Message>,
  make: (replyTo: Ref<Reply>) => Message,
  timeoutMs: number,
): Promise<Reply> {
  return new Promise<Reply>((resolve, reject) => {
    const cell = cellOf(to as unknown as Ref<never>);
    if (cell === undefined) throw new Error(`${to.path} is the address of an answer: it cannot be asked`);
    if (!(timeoutMs > 0)) throw new RangeError(`ask ${to.path}: a timeout of ${timeoutMs} ms; give more than 0`);
    send(cell, make, timeoutMs, resolve as (reply: unknown) => void, reject);
  });
}

function send<Message, Reply>(
  cell: Cell,
  make: (replyTo: Ref<Reply>) => Message,
  timeoutMs: number,
  resolve: (reply: unknown) => void,
  reject: (error: Error) => void,
): void {
  const { clock, deadLetters } = cell.runtime;
  let cancel = (): void => {};
  const over = (): void => {
    slot.settle = undefined;
    cancel();
    cell.asks?.delete(number);
  };
  const fail = (error: Error): void => {
    over();
    reject(error);
  };
  const settle = (reply: unknown): void => {
    over();
    resolve(reply);
  };
  const slot: AnswerSlot = { kind: 'answer', path: cell.path, deadLetters, settle };
  const message = make(refTo<Reply>(slot, 'answer', `${cell.path}#answer`));
  // Read after `make`, which may itself have sent something; set before the actor can come to it.
  const number = cell.mailbox.tail;
  if (!deliver(cell, message, true)) {
    fail(cell.closed ? new ActorStoppedError(cell.path) : new MailboxFullError(cell.path));
    return;
  }
  if (slot.settle === undefined) return;
  cell.asks ??= new Map();
  cell.asks.set(number, { fail });
  cancel = clock.after(timeoutMs, () => fail(new AskTimeoutError(cell.path, timeoutMs)));
}
