import type { Clock } from './clock.ts';

/**
 * What one incarnation of an actor owns. Everything opened through a scope ends with it, at a stop,
 * a crash and a restart alike: no timer fires, no outcome arrives for a later incarnation.
 */
export interface Scope<in Message> {
  /** Aborted when the incarnation ends; hand it to every fetch, socket and file operation. */
  readonly signal: AbortSignal;
  /** Milliseconds of the actor's clock. */
  readonly now: () => number;
  /** Sends the owner a message, behind all that already wait. Ignored once the incarnation ended. */
  send(message: Message): void;
  /**
   * Sends the owner `message` every `periodMs` (more than 0), the first time after one period. A
   * tick is left out while the one before still waits, so a busy actor is not buried in ticks.
   */
  every(periodMs: number, message: Message): void;
  /**
   * Sends the owner `message` once, after `delayMs` (0 or more). The returned function takes it
   * back, even if it already waits in the mailbox; it may be called at any time and twice.
   */
  after(delayMs: number, message: Message): () => void;
  /**
   * Runs `work` outside the mailbox and sends what it came to. A stop waits for it, up to the
   * shutdown time of the actor, then aborts `signal` and forgets it. A throw in `done` or `failed`
   * is a crash of the actor.
   */
  run<T>(
    work: (signal: AbortSignal) => Promise<T>,
    done: (value: T) => Message,
    failed: (error: unknown) => Message,
  ): void;
}

/** How a scope reaches its owner. */
export interface Owner {
  readonly clock: Clock;
  /** Queues a message of the actor's own. The result takes it back, or tells whether it still waits. */
  deliver(message: unknown): Waiting;
  /** A bug in code of the actor that ran outside its handlers. Not called once the scope is closed. */
  fault(error: unknown): void;
  /** Work in flight ended. */
  workEnded(): void;
}

export interface Waiting {
  done: boolean;
}

export interface OpenScope extends Scope<unknown> {
  /** Pieces of work started and not ended. */
  readonly inFlight: () => number;
  /** No timer fires any more; work goes on. */
  cancelTimers(): void;
  /** Ends everything. May be called twice. */
  close(): void;
}

/** Opens the scope of an incarnation. Its signal and its timers are made when first asked for: most actors want neither. */
export function openScope(owner: Owner): OpenScope {
  const incarnation: Incarnation = { owner, closed: false, inFlight: 0, controller: undefined };
  let timers: Timers | undefined;
  const timersOf = (): Timers => {
    timers ??= openTimers(incarnation);
    return timers;
  };
  return {
    get signal() {
      return signalOf(incarnation);
    },
    now: () => owner.clock.now(),
    send: (message) => {
      if (!incarnation.closed) owner.deliver(message);
    },
    every: (periodMs, message) => timersOf().every(periodMs, message),
    after: (delayMs, message) => timersOf().after(delayMs, message),
    run: (work, done, failed) => run(incarnation, work, done, failed),
    inFlight: () => incarnation.inFlight,
    cancelTimers: () => timers?.cancelAll(),
    close: () => {
      incarnation.closed = true;
      timers?.cancelAll();
      incarnation.controller?.abort();
    },
  };
}

interface Incarnation {
  readonly owner: Owner;
  closed: boolean;
  inFlight: number;
  controller: AbortController | undefined;
}

/** Also of one that is over: what asks late must find itself aborted. */
function signalOf(incarnation: Incarnation): AbortSignal {
  incarnation.controller ??= new AbortController();
  if (incarnation.closed) incarnation.controller.abort();
  return incarnation.controller.signal;
}

function run<T>(
  incarnation: Incarnation,
  work: (signal: AbortSignal) => Promise<T>,
  done: (value: T) => unknown,
  failed: (error: unknown) => unknown,
): void {
  if (incarnation.closed) return;
  const { owner } = incarnation;
  const ended = (send: () => void): void => {
    incarnation.inFlight--;
    if (incarnation.closed) return;
    try {
      send();
    } catch (error) {
      owner.fault(error);
    }
    owner.workEnded();
  };
  incarnation.inFlight++;
  // Deferred by a microtask so that a synchronous throw in `work` takes the same path as a rejection.
  Promise.resolve()
    .then(() => work(signalOf(incarnation)))
    .then(
      (value) => ended(() => owner.deliver(done(value))),
      (error: unknown) => ended(() => owner.deliver(failed(error))),
    );
}

interface Timers {
  every(periodMs: number, message: unknown): void;
  after(delayMs: number, message: unknown): () => void;
  cancelAll(): void;
}

function openTimers(incarnation: Incarnation): Timers {
  const { owner } = incarnation;
  const cancels = new Set<() => void>();
  const set: SetTimer = (delayMs, fire) => {
    if (incarnation.closed) return () => {};
    const stop = owner.clock.after(delayMs, () => {
      cancels.delete(cancel);
      fire();
    });
    const cancel = (): void => {
      cancels.delete(cancel);
      stop();
    };
    cancels.add(cancel);
    return cancel;
  };
  return {
    every: (periodMs, message) => every(set, owner, periodMs, message),
    after: (delayMs, message) => after(set, owner, delayMs, message),
    cancelAll: () => {
      for (const cancel of cancels) cancel();
    },
  };
}

type SetTimer = (delayMs: number, fire: () => void) => () => void;

function every(set: SetTimer, owner: Owner, periodMs: number, message: unknown): void {
  if (!(periodMs > 0)) throw new RangeError(`bug: a period of ${periodMs} ms; give more than 0`);
  let tick: Waiting | undefined;
  const next = (): void => {
    set(periodMs, () => {
      if (tick === undefined || tick.done) tick = owner.deliver(message);
      next();
    });
  };
  next();
}

function after(set: SetTimer, owner: Owner, delayMs: number, message: unknown): () => void {
  if (!(delayMs >= 0)) throw new RangeError(`bug: a delay of ${delayMs} ms; give 0 or more`);
  let sent: Waiting | undefined;
  const cancel = set(delayMs, () => {
    sent = owner.deliver(message);
  });
  return () => {
    cancel();
    if (sent !== undefined) sent.done = true;
  };
}
