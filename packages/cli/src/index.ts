export type { CommandDeps, Output, StartOptions } from './commands.ts';
export { type ExitCode, exitCodes } from './exit-codes.ts';
export { runProgram } from './program.ts';
export type { StopOutcome } from './stop.ts';
