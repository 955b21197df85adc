/** Operators, and the files they work on. */
export { areKeys, contentOf, keyLine, type Mark, marksOf } from './contents.ts';
export { doDeed } from './do-deed.ts';
export { clusterKey, clusterName, layOut } from './lay-out.ts';
export { filesIn, keysPath } from './paths.ts';
export type { Scene } from './scene.ts';
