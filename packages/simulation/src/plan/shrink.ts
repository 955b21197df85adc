/** A plan made smaller. What is left of it is as it was: no deed moves because another is gone. */
import { noAgents } from './agents.ts';
import { noHaproxy } from './haproxy.ts';
import { withFewer } from './of-nodes.ts';
import { nodeNames, type Plan } from './plan.ts';
import { quietClimate } from './plan-of.ts';
import { contentMs, healWithin } from './timings.ts';

/** Without these deeds. Ids that it does not have are no fault. */
export function without(plan: Plan, ids: readonly string[]): Plan {
  const gone = new Set(ids);
  return { ...plan, deeds: plan.deeds.filter(({ id }) => !gone.has(id)) };
}

/** With the first `workers` of its workers, 1 or more; deeds of the others are gone. */
export function withWorkers(plan: Plan, workers: number): Plan {
  const fewer = Math.max(1, Math.min(workers, plan.settings.workers));
  const names = new Set(nodeNames({ workers: fewer }));
  const ofThese = <T>(by: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(by).filter(([name]) => names.has(name)));
  const { settings, climate, agents, haproxy, starts, deeds } = plan;
  return {
    ...plan,
    settings: { ...settings, workers: fewer, skewMs: ofThese(settings.skewMs) },
    climate: { ...climate, driftMs: ofThese(climate.driftMs) },
    agents: { ...agents, managers: ofThese(agents.managers) },
    haproxy: {
      ...haproxy,
      weights: ofThese(haproxy.weights),
      excluded: haproxy.excluded.filter((name) => names.has(name)),
    },
    starts: ofThese(starts),
    deeds: deeds.flatMap((deed) => withFewer(deed, fewer) ?? []),
  };
}

/** Its chaos over after `ms`: then comes the healing. */
export function until(plan: Plan, ms: number): Plan {
  const chaosMs = Math.max(0, Math.min(ms, plan.chaosMs));
  return { ...plan, chaosMs, deeds: plan.deeds.filter(({ atMs }) => atMs <= chaosMs) };
}

/** At the start the master's tree has at most so many files. */
export const withFiles = (plan: Plan, files: number): Plan => ({
  ...plan,
  settings: { ...plan.settings, files: Math.min(files, plan.settings.files) },
});

/** Every option at its default, and the time to heal that belongs to it. */
export const withDefaultOptions = (plan: Plan): Plan => ({
  ...plan,
  settings: {
    ...plan.settings,
    musterYaml: '',
    healWithinMs: healWithin({}, contentMs(plan.deeds, plan.climate.network)),
  },
});

const withSettings = (plan: Plan, settings: Partial<Plan['settings']>): Plan => ({
  ...plan,
  settings: { ...plan.settings, ...settings },
});

/** Every worker begins with what the master has. */
const copies = ({ starts, ...plan }: Plan): Plan => ({
  ...plan,
  starts: Object.fromEntries(Object.keys(starts).map((name) => [name, 'copy'])),
});

/** Nobody reports to anybody, and no manager is beside any node: deeds of agents do nothing then. */
const withoutAgents = (plan: Plan): Plan => ({ ...plan, agents: noAgents });

/** None is in front of the nodes: deeds of it do nothing then. */
const withoutHaproxy = (plan: Plan): Plan => ({ ...plan, haproxy: noHaproxy });

/** Few come through it, and they come back soon. */
const withFewThrough = (plan: Plan): Plan => ({
  ...plan,
  haproxy: { ...plan.haproxy, agents: Math.min(4, plan.haproxy.agents), late: 0, shy: 0 },
});

/** Two are enough for one that moves and one that does not. */
const withFewAgents = (plan: Plan): Plan => ({
  ...plan,
  agents: { ...plan.agents, count: Math.min(2, plan.agents.count) },
});

/** What a run may do without, by name: each makes one part of a plan as plain as can be. */
export const plain: Readonly<Record<string, (plan: Plan) => Plan>> = {
  turns: (plan) => withSettings(plan, { lateTurns: { chance: 0, maxMs: 0 } }),
  clocks: (plan) => withSettings({ ...plan, climate: { ...plan.climate, driftMs: {} } }, { skewMs: {} }),
  options: withDefaultOptions,
  files: (plan) => withFiles(plan, 3),
  climate: (plan) => ({ ...plan, climate: { ...quietClimate, driftMs: plan.climate.driftMs } }),
  starts: copies,
  agents: withoutAgents,
  'most-agents': withFewAgents,
  haproxy: withoutHaproxy,
  'most-through': withFewThrough,
};
