#!/usr/bin/env node
/** Adapter: `npm run simulate`, and each of its children. */
import { fileURLToPath } from 'node:url';
import { type Simulator, simulate } from './command/index.ts';
import { invariants } from './invariants/index.ts';
import {
  deedKinds,
  type Plan,
  plain,
  planFromJson,
  planOf,
  planToJson,
  situationOf,
  until,
  without,
  withWorkers,
  words,
} from './plan/index.ts';
import { nodeArgumentsFor, plantedFaults } from './planted/index.ts';
import { situations } from './situations/index.ts';
import { runPlan } from './world/index.ts';

/**
 * In this order: start failed, a neighbour babbled, credit exhausted, recovery could not do all, a store's commit was lost
 * with the power, a neighbour was cut short, events of a journal that began anew, power took the journal, an agent was
 * registered for nobody.
 */
const scouts = [537, 562, 587, 1157, 1247, 1456, 1598, 50283, 118767];

const simulator: Simulator<Plan> = {
  scouts,
  planOf,
  runPlan,
  without,
  withWorkers,
  until,
  plain,
  planToJson,
  planFromJson,
  words,
  planted: plantedFaults,
  nodeArgumentsFor,
  invariants,
  situations: [...situations, ...deedKinds.map((kind) => ({ name: situationOf(kind), about: `${kind} was done.` }))],
};

await simulate(simulator, fileURLToPath(import.meta.url));
