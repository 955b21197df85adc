/** `npm run simulate`. */
export { type Child, type ChildOptions, ChildStartError, openChild } from './child.ts';
export { runCommand } from './command.ts';
export { type Cut, cutPlan, flagsOf } from './cut.ts';
export { type CommandDeps, exitCodes } from './deps.ts';
export type { Job } from './messages.ts';
export { runPool } from './pool.ts';
export { simulate } from './process.ts';
export { runJob, serveRuns } from './serve.ts';
export { type Budget, type Shrunk, shrink } from './shrink.ts';
export type { Named, PlanOptions, Simulator, SomePlan } from './simulator.ts';
