export * from './cluster.ts';
export * from './muster.ts';
