export type { KnownAgent } from '../census.ts';
export { agentTraces } from '../files.ts';
export * from './agents.ts';
export * from './cluster.ts';
export * from './muster.ts';
export * from './terminal.ts';
export { type Screen, typewriter } from './typewriter.ts';
