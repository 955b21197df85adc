import type { DeadLetter } from './dead-letters.ts';

/**
 * What becomes of a crash: a restart after a back-off; the supervisor gives up and crashes itself;
 * or the actor stays down (temporary, or it was being stopped anyway).
 */
export type CrashOutcome = 'restart' | 'give-up' | 'stop';

/**
 * Sees what happens to actors, without any of them knowing. Hooks run inside the kernel: they are
 * quick; they may tell, but what they tell is seen again. What they throw harms nobody and is lost.
 */
export interface Observer {
  spawned(path: string): void;
  /** After each message: its type, how long it waited and how long it took, milliseconds. */
  received(path: string, type: string, waitMs: number, handlingMs: number): void;
  /** The same of every 64th message of each actor, the first among them: the price of `received` is that of a message. */
  sampled(waitMs: number, handlingMs: number): void;
  /** Also for a supervisor that gave up. */
  crashed(path: string, error: unknown, outcome: CrashOutcome): void;
  restarted(path: string): void;
  stopped(path: string): void;
  deadLetter(letter: DeadLetter): void;
}

const hooks = ['spawned', 'received', 'sampled', 'crashed', 'restarted', 'stopped', 'deadLetter'] as const;

/** One observer of several. A hook that none has stays absent: it would cost each message a call. */
export function together(watchers: readonly Partial<Observer>[]): Partial<Observer> {
  const joined: Record<string, unknown> = {};
  for (const hook of hooks) {
    const all = watchers.flatMap((watcher) => (watcher[hook] === undefined ? [] : [watcher[hook].bind(watcher)]));
    if (all.length > 0)
      joined[hook] = (...told: unknown[]) => {
        for (const tell of all) (tell as (...args: unknown[]) => void)(...told);
      };
  }
  return joined;
}

/**
 * The same observer, but none of its hooks ever throws. Hooks that it lacks stay absent. A dead letter
 * of the hook for dead letters is counted and kept, not told: it would tell of itself for ever.
 */
export function harmless(observer: Partial<Observer>): Partial<Observer> {
  const guarded: Record<string, unknown> = {};
  for (const hook of hooks) {
    if (observer[hook] !== undefined) guarded[hook] = guard(observer, hook);
  }
  return guarded;
}

function guard(observer: Partial<Observer>, hook: keyof Observer): (...args: unknown[]) => void {
  let inside = false;
  return (...args) => {
    if (inside && hook === 'deadLetter') return;
    inside = true;
    try {
      (observer[hook] as ((...all: unknown[]) => void) | undefined)?.apply(observer, args);
    } catch {
      // An observer is no part of the node: its fault must not become an actor's.
    } finally {
      inside = false;
    }
  };
}
