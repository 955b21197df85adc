export type * from './agents.ts';
export type * from './kv.ts';
