#!/usr/bin/env node
/** Adapter: `npm run simulate`, and each of its children. */
import { fileURLToPath } from 'node:url';
import { plainSettings, type Simulator, simulate } from './command/index.ts';
import { invariants } from './invariants/index.ts';
import {
  deedKinds,
  type Plan,
  planFromJson,
  planOf,
  planToJson,
  situationOf,
  until,
  withDefaultOptions,
  without,
  withWorkers,
  words,
} from './plan/index.ts';
import { nodeArgumentsFor, plantedFaults } from './planted/index.ts';
import { situations } from './situations/index.ts';
import { runPlan } from './world/index.ts';

/** Every worker begins with what the master has. */
const copies = ({ starts, ...plan }: Plan): Plan => ({
  ...plan,
  starts: Object.fromEntries(Object.keys(starts).map((name) => [name, 'copy'])),
});

const simulator: Simulator<Plan> = {
  planOf,
  runPlan,
  without,
  withWorkers,
  until,
  plain: {
    ...plainSettings<Plan>(),
    options: withDefaultOptions,
    climate: (plan) => ({ ...plan, climate: planOf(plan.settings.seed, { quiet: true }).climate }),
    starts: copies,
  },
  planToJson,
  planFromJson,
  words,
  planted: plantedFaults,
  nodeArgumentsFor,
  invariants,
  situations: [...situations, ...deedKinds.map((kind) => ({ name: situationOf(kind), about: `${kind} was done.` }))],
};

await simulate(simulator, fileURLToPath(import.meta.url));
