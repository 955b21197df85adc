import type { Clock } from './clock.ts';
import { openDeadLetters } from './dead-letters.ts';
import { type Inspection, openInspection } from './inspection.ts';
import { harmless, type Observer } from './observer.ts';
import type { Random } from './random.ts';
import type { Runtime } from './runtime.ts';
import type { Scheduler } from './scheduler.ts';
import { type SupervisionOptions, supervisionDefaults } from './strategy.ts';
import { openSupervisor, type Supervisor } from './supervisor.ts';

export interface SystemOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly observer?: Partial<Observer>;
  /** Of the root; nested supervisors take over what they are not given. `supervisionDefaults` where absent. */
  readonly supervision?: Partial<SupervisionOptions>;
  /**
   * The root crashed beyond its budget. Called once, after every actor was stopped in good order.
   * `reason` names the child and its last error; `error` is that error in full, as a chain of causes.
   */
  readonly giveUp: (reason: string, error: Error) => void;
}

/** A tree of actors and what may be seen of it. */
export interface ActorSystem extends Inspection {
  /** Its path is `/`. */
  readonly root: Supervisor;
  /** Stops everything, last started first. The scheduler stays open: it is the caller's. */
  stop(): Promise<void>;
}

/** Opens an empty tree. Throws when a supervision option is out of its bounds. */
export function openSystem(options: SystemOptions): ActorSystem {
  const { clock, random, scheduler, giveUp } = options;
  const observer = harmless(options.observer ?? {});
  const deadLetters = openDeadLetters(clock, observer.deadLetter);
  const runtime: Runtime = { clock, random, scheduler, observer, deadLetters, cells: new Map(), traces: new Set() };
  const top = openSupervisor(
    runtime,
    {
      crashed: (root, error) => {
        observer.crashed?.(root.path, error, 'give-up');
        void root.stop('gave-up').then(() => giveUp((error as Error).message, error as Error));
      },
      gone: () => {},
      restart: () => false,
    },
    { name: 'root', path: '/' },
    { ...supervisionDefaults, ...options.supervision },
  );
  top.self.start();
  return {
    root: top.handle,
    ...openInspection(runtime, top.self),
    stop: () => top.self.stop('stopped'),
  };
}
