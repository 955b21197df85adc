export * from './catalogue.ts';
export type * from './envelope.ts';
export * from './file-tree.ts';
export * from './ids.ts';
