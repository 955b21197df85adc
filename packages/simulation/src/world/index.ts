export type { Breach, Outcome, RunOptions } from './outcome.ts';
export { runPlan } from './run.ts';
