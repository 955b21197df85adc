import type { Clock, Scheduler } from '../src/index.ts';

/** Turns in an order of chance's choosing, on a clock that moves when told: a small simulation. */
export interface Shuffled {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  /** Gives turns until nobody wants one, and lets promises run on in between. */
  rest(): Promise<void>;
  /** Gives up to `n` turns. */
  turns(n: number): void;
  /** Moves time on, firing what falls due. */
  advance(byMs: number): void;
  readonly timers: () => number;
  /** Mailboxes that are not closed, and how often one was woken again before its turn began. */
  readonly mailboxes: () => { readonly open: number; readonly wokenTwice: number };
}

/** `next` says which of the waiting mailboxes gets the turn: uniform in [0, 1). */
export function shuffled(next: () => number): Shuffled {
  const { mailbox, turns, waiting, mailboxes } = openMailboxes(next);
  const { clock, advance, timers } = openClock();
  return {
    scheduler: { mailbox },
    clock,
    turns,
    rest: async () => {
      for (let quiet = 0; quiet < 3; quiet++) {
        if (waiting() > 0) quiet = 0;
        turns(waiting());
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    advance,
    timers,
    mailboxes,
  };
}

function openMailboxes(next: () => number) {
  const waiting: (() => void)[] = [];
  let open = 0;
  let wokenTwice = 0;
  const mailbox: Scheduler['mailbox'] = (_name, drain) => {
    let closed = false;
    let awake = false;
    open++;
    const run = (): void => {
      awake = false;
      if (!closed) drain();
    };
    const wake = (): void => {
      if (awake) wokenTwice++;
      awake = true;
      waiting.push(run);
    };
    const close = (): void => {
      if (!closed) open--;
      closed = true;
    };
    return { wake, close };
  };
  const turns = (n: number): void => {
    for (let taken = 0; taken < n && waiting.length > 0; taken++) {
      waiting.splice(Math.floor(next() * waiting.length), 1)[0]?.();
    }
  };
  return { mailbox, turns, waiting: () => waiting.length, mailboxes: () => ({ open, wokenTwice }) };
}

function openClock() {
  const timers = new Map<object, { readonly dueAt: number; readonly fire: () => void }>();
  let now = 0;
  const after: Clock['after'] = (delayMs, fire) => {
    const key = {};
    timers.set(key, { dueAt: now + delayMs, fire });
    return () => void timers.delete(key);
  };
  const advance = (byMs: number): void => {
    now += byMs;
    for (const [key, { dueAt, fire }] of [...timers]) {
      if (dueAt > now || !timers.delete(key)) continue;
      fire();
    }
  };
  return { clock: { now: () => now, after }, advance, timers: () => timers.size };
}
