/** For tests of actors: a clock that moves when told, and a system that records what goes wrong. */
import type { Clock } from './clock.ts';
import { nactScheduler } from './nact-scheduler.ts';
import type { CrashOutcome, Observer } from './observer.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { type SupervisionOptions, supervisionDefaults } from './strategy.ts';
import { type ActorSystem, openSystem } from './system.ts';

/** A clock that moves only when told. Timers due at the same instant fire in the order they were set. */
export interface ManualClock extends Clock {
  /** Lets the mailboxes drain, then moves time forward, firing every timer that falls due, and lets them drain after each. */
  advance(byMs: number): Promise<void>;
  /** Timers set and neither fired nor cancelled. */
  timers(): number;
}

interface Timer {
  readonly dueAt: number;
  readonly fire: () => void;
}

/** Turns asked for and not taken, of all test systems in this process. */
let owedTurns = 0;
/** Turns of the event loop with nothing owed before all is taken to be quiet: work may hop through a few. */
const quietTurns = 5;
/** An actor that keeps itself busy for longer is a fault of the test. */
const mostTurns = 100_000;

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Resolves when every mailbox is empty and the promise chains of `scope.run` have run on. Waits for
 * no timer and no I/O: for these use `eventually`. Throws when actors never come to rest.
 */
export async function settle(): Promise<void> {
  let quiet = 0;
  for (let turn = 0; turn < mostTurns; turn++) {
    await turnOfTheLoop();
    quiet = owedTurns === 0 ? quiet + 1 : 0;
    if (quiet >= quietTurns) return;
  }
  throw new Error(`actors still exchange messages after ${mostTurns} turns: one of them never comes to rest`);
}

/** Resolves once `condition` holds; rejects after `withinMs` of real time, naming `what`: long, for a machine may be busy. For I/O. */
export async function eventually(what: string, condition: () => boolean, withinMs = 120_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await turnOfTheLoop();
  }
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
      await settle();
      const until = now + byMs;
      for (;;) {
        const next = earliest(timers);
        if (next === undefined || next.dueAt > until) break;
        timers.delete(next);
        now = Math.max(now, next.dueAt);
        next.fire();
        await settle();
      }
      now = until;
      await settle();
    },
    timers: () => timers.size,
  };
}

function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (first === undefined || timer.dueAt < first.dueAt) first = timer;
  return first;
}

/** Not random at all: `next` is always `value`, 0 unless given, and so no back-off is shortened. */
export const fixedRandom = (value = 0): Random => ({ next: () => value, bytes: (n) => new Uint8Array(n) });

/** A crash, and what the supervisor made of it. */
export interface RecordedCrash {
  readonly path: string;
  readonly error: unknown;
  readonly outcome: CrashOutcome;
}

export interface TestSystem extends ActorSystem {
  readonly clock: Clock;
  readonly crashes: readonly RecordedCrash[];
  /** Reasons for which the root gave up. */
  readonly giveUps: readonly string[];
}

export interface TestSystemOptions<C extends Clock> {
  readonly clock?: C;
  readonly random?: Random;
  readonly observer?: Partial<Observer>;
  /** One-for-one, 5 restarts a minute, no back-off, 5 s for a stop, where not given. */
  readonly supervision?: Partial<SupervisionOptions>;
}

/** A system on nact with a clock of its own that stands still. Restarts come in the next turn unless a back-off is given. */
export function testSystem(options?: TestSystemOptions<ManualClock>): TestSystem & { readonly clock: ManualClock };
export function testSystem<C extends Clock>(
  options: TestSystemOptions<C> & { readonly clock: C },
): TestSystem & { readonly clock: C };
export function testSystem({
  clock = manualClock(),
  random = fixedRandom(),
  observer = {},
  supervision,
}: TestSystemOptions<Clock> = {}): TestSystem {
  const crashes: RecordedCrash[] = [];
  const giveUps: string[] = [];
  const system = openSystem({
    clock,
    random,
    scheduler: countingScheduler(),
    observer: {
      ...observer,
      crashed: (path, error, outcome) => {
        crashes.push({ path, error, outcome });
        observer.crashed?.(path, error, outcome);
      },
    },
    supervision: { ...supervisionDefaults, backOff: noBackOff, ...supervision },
    giveUp: (reason) => giveUps.push(reason),
  });
  return { ...system, clock, crashes, giveUps };
}

const noBackOff = { minMs: 0, maxMs: 0, factor: 1, jitter: 0 };

/** nact's turns, counted for `settle`. */
function countingScheduler(): Scheduler {
  const nact = nactScheduler();
  return {
    mailbox: (name, drain) => {
      let owed = 0;
      let closed = false;
      const owe = (turns: number): void => {
        owed += turns;
        owedTurns += turns;
      };
      const turn = nact.mailbox(name, () => {
        owe(-1);
        drain();
      });
      return {
        wake: () => {
          if (closed) return;
          owe(1);
          turn.wake();
        },
        close: () => {
          closed = true;
          owe(-owed);
          turn.close();
        },
      };
    },
  };
}
