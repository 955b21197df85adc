export { type Acknowledged, openAcknowledged } from './acknowledged.ts';
export { openAgentKeys } from './agent-keys.ts';
export { type Enrolments, openEnrolments } from './enrolments.ts';
export { type AgentsHealed, lateMs, openAgentsHealed } from './healed.ts';
export { openKeyLines } from './key-lines.ts';
export { type Newest, openNewest } from './newest.ts';
export { openTruth, type Truth } from './truth.ts';
