/** A plan made smaller, and the words that make it smaller again the same way. */
import type { Simulator, SomePlan } from './simulator.ts';

/** What is taken away from a plan. Empty: nothing. */
export interface Cut {
  /** Only these deeds are left. */
  readonly only?: readonly string[];
  /** Only so many of its workers are left. */
  readonly workers?: number;
  /** Its weather ends so early. */
  readonly stopAfterMs?: number;
  /** These parts are plain: names of `Simulator.plain`. */
  readonly plain?: readonly string[];
}

export type Cutting<P extends SomePlan> = Pick<Simulator<P>, 'without' | 'withWorkers' | 'until' | 'plain'>;

/** Workers first, then the end, then deeds: `--workers`, `--stop-after` and `--only` mean the same in any order. */
export function cutPlan<P extends SomePlan>(simulator: Cutting<P>, plan: P, cut: Cut): P {
  let left = plan;
  if (cut.workers !== undefined && cut.workers < left.settings.workers) left = simulator.withWorkers(left, cut.workers);
  if (cut.stopAfterMs !== undefined) left = simulator.until(left, cut.stopAfterMs);
  if (cut.only !== undefined) left = simulator.without(left, othersThan(left, cut.only));
  for (const name of cut.plain ?? []) left = simulator.plain[name]!(left);
  return left;
}

function othersThan(plan: SomePlan, only: readonly string[]): readonly string[] {
  const kept = new Set(only);
  return plan.deeds.map(({ id }) => id).filter((id) => !kept.has(id));
}

/** The flags that make this cut, each with its value. */
export function flagsOf(cut: Cut): readonly string[] {
  return [
    ...(cut.only === undefined ? [] : ['--only', cut.only.length === 0 ? 'none' : cut.only.join(',')]),
    ...(cut.workers === undefined ? [] : ['--workers', String(cut.workers)]),
    ...(cut.stopAfterMs === undefined ? [] : ['--stop-after', String(cut.stopAfterMs)]),
    ...(cut.plain === undefined || cut.plain.length === 0 ? [] : ['--plain', cut.plain.join(',')]),
  ];
}
