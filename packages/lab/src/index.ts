export { type LabOptions, type Parsed, parseArguments } from './arguments.ts';
export { differences, type SeenTree } from './compare.ts';
export { runLab } from './lab.ts';
export { renderResults, type StepResult } from './results.ts';
export { type Bench, verify } from './verify.ts';
