export { type ExitCode, exitCodes } from './exit-codes.ts';
export { type InspectDeps, type InspectOptions, inspect } from './inspect.ts';
export { type InspectOutput, processDeps } from './process.ts';
