/** What a seed decides. The same seed and options give the same plan, on every engine. */
import { musterTable } from '@muster/config';
import { type Dice, openDice } from '../dice.ts';
import { drawAgents, noAgents } from './agents.ts';
import { drawClimate, drawLateTurns, drawSkew, drawStarts } from './climate.ts';
import type { Shape } from './draw-workload.ts';
import { drawHaproxy, noHaproxy } from './haproxy.ts';
import { nodeNames, type Plan } from './plan.ts';
import { drawAgentDeeds, drawDeeds, drawDoorDeeds, drawHaproxyDeeds, drawSwarm, type Swarm } from './swarm.ts';
import { contentMs, drawTimings, fitTo, healWithin, type Timings, yamlOf } from './timings.ts';

/** What is not given, the seed decides. */
export interface PlanOptions {
  /** In all, the master included: 2 to 9. */
  readonly nodes?: number;
  /** Simulated minutes before the healing. */
  readonly minutes?: number;
  /** Files of the master's tree at the start. */
  readonly files?: number;
  /** Default options, a quiet climate, no deeds: for measuring. */
  readonly quiet?: boolean;
}

export function planOf(seed: number, options: PlanOptions = {}): Plan {
  const dice = openDice(seed).fork('plan');
  return options.quiet === true ? quietPlan(seed, dice, options) : swarmPlan(seed, dice, options);
}

const drawWorkers = (dice: Dice, { nodes }: PlanOptions): number => {
  const drawn = dice.pick([1, 2, 2, 2, 2, 3, 3, 3, 4, 5]);
  return nodes === undefined ? drawn : nodes - 1;
};

/** Small trees mostly, for they are read often. */
const drawFiles = (dice: Dice, { files }: PlanOptions): number => {
  const few = dice.int(0, 60);
  return files ?? (dice.chance(0.06) ? 300 : few);
};

const drawChaosMs = (dice: Dice, { minutes }: PlanOptions): number => {
  const drawn = dice.pick([15, 20, 20, 30, 30, 40, 60, 90]) * 1_000;
  return minutes === undefined ? drawn : minutes * 60_000;
};

/** In so many seeds somebody stands at the doors of nodes. */
const atDoors = 0.5;

function swarmPlan(seed: number, dice: Dice, options: PlanOptions): Plan {
  const workers = drawWorkers(dice.fork('workers'), options);
  const names = nodeNames({ workers });
  const climate = drawClimate(dice.fork('climate'), names);
  const timings = fitTo(climate.network, drawTimings(dice.fork('timings')));
  const swarm = drawSwarm(dice.fork('swarm'));
  const chaosMs = drawChaosMs(dice.fork('chaos'), options);
  const agents = drawAgents(dice.fork('agents'), { workers });
  const shape = shapeOf(dice.fork('shape'), { names, chaosMs, timings, swarm });
  const deeds = drawDeeds(dice.fork('deeds'), swarm, shape);
  const haproxy = drawHaproxy(dice.fork('haproxy'), { workers });
  const withAgents = agents.count === 0 ? deeds : drawAgentDeeds(dice.fork('deeds of agents'), deeds, shape);
  const all = haproxy.agents === 0 ? withAgents : drawHaproxyDeeds(dice.fork('deeds of haproxy'), withAgents, shape);
  const doors = dice.fork('people at doors');
  return {
    settings: {
      seed,
      workers,
      files: drawFiles(dice.fork('files'), options),
      musterYaml: yamlOf(timings),
      healWithinMs: healWithin(timings, contentMs(deeds, climate.network)),
      lateTurns: drawLateTurns(dice.fork('turns')),
      skewMs: drawSkew(dice.fork('skew'), names),
    },
    climate,
    agents,
    haproxy,
    starts: drawStarts(dice.fork('starts'), workers),
    chaosMs,
    deeds: doors.chance(atDoors) ? drawDoorDeeds(doors, all, shape) : all,
  };
}

function shapeOf(
  dice: Dice,
  {
    names,
    chaosMs,
    timings,
    swarm,
  }: Pick<Shape, 'names' | 'chaosMs'> & { readonly timings: Timings; readonly swarm: Swarm },
): Shape {
  return {
    names,
    chaosMs,
    maxFileBytes: timings['integrity.max_file_size'] ?? (musterTable['integrity.max_file_size'].default as number),
    drift: dice.pick([0, 0.1, 0.3]),
    clocksJump: swarm.nemesis.kinds.includes('wall-jump'),
  };
}

function quietPlan(seed: number, dice: Dice, options: PlanOptions): Plan {
  const workers = drawWorkers(dice.fork('workers'), options);
  return {
    settings: {
      seed,
      workers,
      files: drawFiles(dice.fork('files'), options),
      musterYaml: '',
      healWithinMs: healWithin({}, 0),
      lateTurns: { chance: 0, maxMs: 0 },
      skewMs: {},
    },
    climate: quietClimate,
    agents: noAgents,
    haproxy: noHaproxy,
    starts: drawStarts(dice.fork('starts'), workers),
    chaosMs: drawChaosMs(dice.fork('chaos'), options),
    deeds: [],
  };
}

/** A quiet local network, and disks that are fast and healthy. */
export const quietClimate: Plan['climate'] = {
  disk: {
    latency: { minMs: 0.02, maxMs: 0.1, perFileMs: 0.005 },
    yieldAfterStep: 0,
    hints: { maxLateMs: 0, lost: 0, twice: 0, queued: 16_384 },
  },
  network: {
    latency: { minMs: 0.2, maxMs: 0.4 },
    bandwidth: 100_000,
    handshake: { minMs: 1, maxMs: 3 },
    split: 0,
  },
  driftMs: {},
};
