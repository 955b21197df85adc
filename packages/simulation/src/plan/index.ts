/** What a seed decides beforehand, as data. */

export { scheduleDeeds } from '../nemesis/chaos.ts';
export { type AgentsPlan, type ManagerKind, noAgents } from './agents.ts';
export {
  type AgentDeed,
  type AgentKind,
  agentKinds,
  type Deed,
  type DeedKind,
  type DeedOf,
  type DoorDeed,
  type DoorKind,
  deedKinds,
  doorKinds,
  type HaproxyDeed,
  type HaproxyKind,
  haproxyKinds,
  isOfAgents,
  isOfDoors,
  isOfHaproxy,
  isWorkload,
  type NemesisDeed,
  type NemesisKind,
  nemesisKinds,
  situationOf,
  type WorkloadDeed,
  type WorkloadKind,
  words,
  workloadKinds,
} from './deed.ts';
export { PlanError } from './field.ts';
export { balanceWithin, type HaproxyPlan, noHaproxy } from './haproxy.ts';
export { planFromJson, planToJson } from './json.ts';
export { nodesOf } from './of-nodes.ts';
export { type Climate, masterName, nodeNames, type Plan, type WorkerStart, workerName } from './plan.ts';
export { type PlanOptions, planOf } from './plan-of.ts';
export type { Settings } from './settings.ts';
export { plain, until, withDefaultOptions, withFiles, without, withWorkers } from './shrink.ts';
export { workedDirectories } from './workload-deeds.ts';
