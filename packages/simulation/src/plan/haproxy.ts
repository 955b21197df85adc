/** The HAProxy of a run and the agents that come through it, as a seed decides them. */
import type { Dice } from '../dice.ts';
import { nodeNames } from './plan.ts';
import type { Settings } from './settings.ts';

export interface HaproxyPlan {
  /** That connect through it from the start. 0: there is no HAProxy. */
  readonly agents: number;
  /** Of nodes that have another than 100. */
  readonly weights: Readonly<Record<string, number>>;
  /** `excluded_nodes`. */
  readonly excluded: readonly string[];
  /** `imbalance_tolerance`. */
  readonly tolerance: number;
  /** `frequency` and `agent_reconnection_stability_time`: whole seconds, 10 or more. */
  readonly frequencyMs: number;
  readonly stabilityMs: number;
  /** `remove_disconnected_node_after`. */
  readonly removeAfterMinutes: number;
  /** `haproxy.poll_every`. */
  readonly pollMs: number;
  /** The backend is written down, and a restarted HAProxy begins with it. */
  readonly persisted: boolean;
  /** The shares of agents that come back late after a cut, and of those that stay away for long. */
  readonly late: number;
  readonly shy: number;
}

/** As plans were before there was one. */
export const noHaproxy: HaproxyPlan = {
  agents: 0,
  weights: {},
  excluded: [],
  tolerance: 0.1,
  frequencyMs: 60_000,
  stabilityMs: 60_000,
  removeAfterMinutes: 240,
  pollMs: 1_000,
  persisted: false,
  late: 0,
  shy: 0,
};

/** So many seeds have one. */
const share = 0.3;

/** From dice of its own: no part of a plan is another because of it. */
export function drawHaproxy(dice: Dice, settings: Pick<Settings, 'workers'>): HaproxyPlan {
  const names = nodeNames(settings);
  const drawn: HaproxyPlan = {
    agents: dice.chance(0.05) ? 250 : dice.pick([1, 4, 9, 12, 20, 30, 60]),
    weights: dice.chance(0.2)
      ? Object.fromEntries(names.map((name) => [name, dice.fork(name).pick([100, 50, 200])]))
      : {},
    excluded: dice.chance(0.15) && names.length > 2 ? [dice.pick(names)] : [],
    tolerance: dice.pick([0.1, 0.1, 0.05, 0.5]),
    frequencyMs: dice.pick([10_000, 10_000, 20_000]),
    stabilityMs: dice.pick([10_000, 10_000, 20_000]),
    removeAfterMinutes: dice.pick([0, 0, 240]),
    pollMs: dice.pick([200, 1_000, 1_000, 3_000]),
    persisted: dice.chance(0.7),
    late: dice.pick([0, 0, 0.1, 0.3]),
    shy: dice.pick([0, 0, 0.1]),
  };
  return dice.chance(share) ? drawn : noHaproxy;
}

/** What a balance may take on top of the time in which a healed cluster is in sync, ms. */
export const balanceWithin = ({ frequencyMs, stabilityMs, pollMs }: HaproxyPlan): number =>
  3 * frequencyMs + 4 * stabilityMs + 20 * pollMs + joinsMs;

/** Joins, and rests between what failed and its next try: half a minute at most, several times. */
const joinsMs = 120_000;
