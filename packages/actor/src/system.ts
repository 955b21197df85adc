import type { ActorView } from './child.ts';
import type { Clock } from './clock.ts';
import { type DeadLetter, openDeadLetters } from './dead-letters.ts';
import { crash } from './incarnation.ts';
import { harmless, type Observer } from './observer.ts';
import type { Random } from './random.ts';
import { keepMessages, type RecentMessage } from './recent.ts';
import { shown } from './redaction.ts';
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
export interface ActorSystem {
  /** Its path is `/`. */
  readonly root: Supervisor;
  /** Every actor and supervisor that is not stopped, in tree order, parents first. */
  inspect(): readonly ActorView[];
  /** The last `n` messages that the actor handled since `keepRecent`, oldest first, redacted. Empty for an unknown path. */
  recent(path: string, n: number): readonly RecentMessage[];
  /** Keeps the last `n` messages of the actor from now on; 0 stops that. False for an unknown path. */
  keepRecent(path: string, n: number): boolean;
  /** How many messages reached nobody, and the last 256 of them. */
  deadLetters(): { readonly count: number; readonly last: readonly DeadLetter[] };
  /** Crashes the actor as if its handler had thrown `error`: a drill. False when no actor runs at `path`. */
  crash(path: string, error: Error): boolean;
  /** Stops everything, last started first. The scheduler stays open: it is the caller's. */
  stop(): Promise<void>;
}

/** Opens an empty tree. Throws when a supervision option is out of its bounds. */
export function openSystem(options: SystemOptions): ActorSystem {
  const { clock, random, scheduler, giveUp } = options;
  const observer = harmless(options.observer ?? {});
  const deadLetters = openDeadLetters(clock, observer.deadLetter);
  const runtime: Runtime = { clock, random, scheduler, observer, deadLetters, cells: new Map() };
  const top = openSupervisor(
    runtime,
    {
      crashed: (root, error) => {
        observer.crashed?.(root.path, error, 'give-up');
        void root.stop('gave-up').then(() => giveUp((error as Error).message, error as Error));
      },
      gone: () => {},
    },
    { name: 'root', path: '/' },
    { ...supervisionDefaults, ...options.supervision },
  );
  top.self.start();
  return {
    root: top.handle,
    ...inspection(runtime, () => top.self.view()),
    stop: () => top.self.stop('stopped'),
  };
}

function inspection(runtime: Runtime, inspect: () => readonly ActorView[]): Omit<ActorSystem, 'root' | 'stop'> {
  const { cells, deadLetters } = runtime;
  return {
    inspect,
    recent: (path, n) => cells.get(path)?.recent?.read(n) ?? [],
    keepRecent: (path, n) => {
      const cell = cells.get(path);
      if (cell === undefined) return false;
      const { behaviour } = cell;
      const redact = behaviour.redact?.bind(behaviour) as ((message: never) => unknown) | undefined;
      cell.recent = n > 0 ? keepMessages(n, (message) => shown(message, redact)) : undefined;
      return true;
    },
    deadLetters: () => deadLetters.read(),
    crash: (path, error) => {
      const cell = cells.get(path);
      if (cell === undefined || (cell.status !== 'running' && cell.status !== 'ending')) return false;
      crash(cell, error);
      return true;
    },
  };
}
