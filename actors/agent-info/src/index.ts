export type { Fault } from './faults.ts';
export { type AgentMergerConfig, type AgentMergerDeps, spawnAgentMerger } from './master/agent-merger.ts';
export { localMasterLink } from './master/local-link.ts';
export {
  type AgentMergerEvent,
  type AgentMergerMessage,
  type Answer,
  getMergerState,
  type MergeCounts,
  type MergerView,
} from './master/messages.ts';
export { type MergerLimits, mergerDefaults } from './master/state.ts';
export type * from './ports.ts';
export type { KeysChange } from './removals.ts';
export { type AgentReporterConfig, type AgentReporterDeps, spawnAgentReporter } from './worker/agent-reporter.ts';
export { markOf } from './worker/mark.ts';
export {
  type AgentReporterEvent,
  type AgentReporterMessage,
  getReporterState,
  type MarkNumbers,
  type ReporterView,
} from './worker/messages.ts';
export { type ReporterLimits, reporterDefaults } from './worker/state.ts';
