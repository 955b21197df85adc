export type * from './disk.ts';
export type * from './results.ts';
