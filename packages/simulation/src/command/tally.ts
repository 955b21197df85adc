/** What many runs come to. */
import type { Outcome } from '../world/outcome.ts';

export interface Tally {
  add(outcome: Outcome): void;
  readonly seeds: () => number;
  readonly failed: () => number;
  readonly simulatedMs: () => number;
  /** How many seeds met each situation. */
  readonly met: () => ReadonlyMap<string, number>;
  /** The failed ones by invariant, the lowest seed first. */
  readonly failures: () => ReadonlyMap<string, readonly Outcome[]>;
}

/** So many outcomes of one invariant are kept with their last steps; of further ones all but those. */
const keptWhole = 20;

export function openTally(): Tally {
  const met = new Map<string, number>();
  const failures = new Map<string, Outcome[]>();
  let seeds = 0;
  let failed = 0;
  let simulatedMs = 0;
  const addFailure = (outcome: Outcome): void => {
    const invariant = outcome.violation?.invariant ?? 'unnamed';
    const same = failures.get(invariant) ?? [];
    failures.set(invariant, same);
    same.push(same.length < keptWhole ? outcome : { ...outcome, lastSteps: [], logTail: [], met: [] });
    same.sort((a, b) => a.seed - b.seed);
  };
  return {
    add: (outcome) => {
      seeds += 1;
      simulatedMs += outcome.simulatedMs;
      for (const situation of outcome.met) met.set(situation, (met.get(situation) ?? 0) + 1);
      if (outcome.ok) return;
      failed += 1;
      addFailure(outcome);
    },
    seeds: () => seeds,
    failed: () => failed,
    simulatedMs: () => simulatedMs,
    met: () => met,
    failures: () => failures,
  };
}
