import type { Cell } from './cell.ts';
import type { Clock } from './clock.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Observer } from './observer.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { OpenTrace } from './trace.ts';

/** What all actors of one system share. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  /** Its hooks do not throw. */
  readonly observer: Partial<Observer>;
  readonly deadLetters: DeadLetters;
  /** Every actor that is not stopped, by path. */
  readonly cells: Map<string, Cell>;
  /** Those that are open. */
  readonly traces: Set<OpenTrace>;
}
