/** What the command needs of the simulation; its tests pass a fake one. */
import type { Settings } from '../plan/settings.ts';
import type { Outcome, RunOptions } from '../world/outcome.ts';

/** What a seed decided, as far as the command looks into it. */
export interface SomePlan {
  readonly settings: Settings;
  readonly deeds: readonly SomeDeed[];
}

export interface SomeDeed {
  readonly id: string;
  readonly atMs: number;
}

/** What may be asked of every plan; what is not given, the seed decides. */
export interface PlanOptions {
  /** In all, the master included: 2 to 9. */
  readonly nodes?: number;
  /** Simulated minutes before the healing. */
  readonly minutes?: number;
}

/** A fault that was planted on purpose, or a promise, or a situation. */
export interface Named {
  readonly name: string;
  readonly about: string;
}

export interface Simulator<P extends SomePlan = SomePlan> {
  readonly planOf: (seed: number, options: PlanOptions) => P;
  readonly runPlan: (plan: P, options?: RunOptions) => Promise<Outcome>;
  /** The same plan without these deeds. */
  readonly without: (plan: P, ids: readonly string[]) => P;
  /** The same plan with the first `workers` of its workers. */
  readonly withWorkers: (plan: P, workers: number) => P;
  /** The same plan, its weather over after `ms`: then comes the healing. */
  readonly until: (plan: P, ms: number) => P;
  /** What a run may do without, by name: each makes one part of the plan as plain as can be. */
  readonly plain: Readonly<Record<string, (plan: P) => P>>;
  readonly planToJson: (plan: P) => string;
  /** Throws an error that names what is wrong with the text. */
  readonly planFromJson: (text: string) => P;
  /** A deed in one line: when, its id, what. */
  readonly words: (deed: P['deeds'][number]) => string;
  readonly planted: readonly Named[];
  /** Arguments of the Node process in which this planted fault is at work. */
  readonly nodeArgumentsFor: (planted: string) => readonly string[];
  readonly invariants: readonly Named[];
  /** Seeds that meet situations that others rarely meet: a whole run (500 seeds or more from the first) has them in. */
  readonly scouts?: readonly number[];
  readonly situations: readonly Named[];
}
