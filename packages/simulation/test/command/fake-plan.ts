import type { Cutting } from '../../src/command/cut.ts';
import type { SomePlan } from '../../src/command/simulator.ts';
import type { Settings } from '../../src/plan/settings.ts';
import type { Outcome } from '../../src/world/outcome.ts';

/** Deeds d1, d2, … a second apart. */
export const planWith = (deeds: number, workers = 4): SomePlan => ({
  settings: {
    seed: 1,
    workers,
    files: 50,
    musterYaml: 'sync: {}',
    healWithinMs: 1,
    lateTurns: { chance: 0.5, maxMs: 3 },
    skewMs: { master: 4 },
  },
  deeds: Array.from({ length: deeds }, (_, at) => ({ id: `d${at + 1}`, atMs: (at + 1) * 1_000 })),
});

const withSettings = (plan: SomePlan, changed: Partial<Settings>): SomePlan => ({
  ...plan,
  settings: { ...plan.settings, ...changed },
});

export const cutting: Cutting<SomePlan> = {
  without: (plan, ids) => ({ ...plan, deeds: plan.deeds.filter(({ id }) => !ids.includes(id)) }),
  withWorkers: (plan, workers) => ({ ...plan, settings: { ...plan.settings, workers } }),
  until: (plan, ms) => ({ ...plan, deeds: plan.deeds.filter(({ atMs }) => atMs <= ms) }),
  plain: {
    turns: (plan) => withSettings(plan, { lateTurns: { chance: 0, maxMs: 0 } }),
    clocks: (plan) => withSettings(plan, { skewMs: {} }),
    options: (plan) => withSettings(plan, { musterYaml: '' }),
    files: (plan) => withSettings(plan, { files: Math.min(plan.settings.files, 3) }),
  },
};

export const idsOf = (plan: SomePlan): readonly string[] => plan.deeds.map(({ id }) => id);

/** Broke `invariant` at its end; undefined: broke none. */
export const outcomeOf = (seed: number, invariant: string | undefined, more: Partial<Outcome> = {}): Outcome => ({
  seed,
  ok: invariant === undefined,
  ...(invariant === undefined ? {} : { violation: { invariant, text: 'it is so', atMs: 1_000_000 } }),
  simulatedMs: 1_000_000,
  steps: 10,
  hash: '0123456789abcdef',
  met: [],
  lastSteps: [],
  logTail: [],
  ...more,
});
