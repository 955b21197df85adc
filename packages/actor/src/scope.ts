import type { Clock } from './clock.ts';

/**
 * What one incarnation of an actor owns. Everything opened through a scope dies with it, on stop
 * and on restart alike; nact itself runs no cleanup on restart.
 */
export interface Scope<Message> {
  /** Aborted when the incarnation ends; hand it to every fetch, socket and file operation. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Sends a message to the owner. Ignored once the scope is closed. */
  send(message: Message): void;
  /** Sends `message` to the owner every `periodMs`, the first time after one period. */
  every(periodMs: number, message: Message): void;
  /** Runs `work` outside the mailbox and sends what it came to. Never rejects. */
  run<T>(
    work: (signal: AbortSignal) => Promise<T>,
    done: (value: T) => Message,
    failed: (error: unknown) => Message,
  ): void;
}

export interface OpenScope<Message> extends Scope<Message> {
  close(): void;
}

export function openScope<Message>(clock: Clock, deliver: (message: Message) => void): OpenScope<Message> {
  const controller = new AbortController();
  const { signal } = controller;
  const cancels = new Set<() => void>();

  const send = (message: Message): void => {
    if (!signal.aborted) deliver(message);
  };

  const every = (periodMs: number, message: Message): void => {
    const cancel = clock.after(periodMs, () => {
      cancels.delete(cancel);
      send(message);
      if (!signal.aborted) every(periodMs, message);
    });
    cancels.add(cancel);
  };

  return {
    signal,
    now: () => clock.now(),
    send,
    every,
    run: (work, done, failed) => {
      // Deferred by a microtask so that a synchronous throw in `work` takes the same path as a rejection.
      Promise.resolve()
        .then(() => work(signal))
        .then(
          (value) => send(done(value)),
          (error: unknown) => send(failed(error)),
        );
    },
    close: () => {
      controller.abort();
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
