export type * from './client-keys.ts';
export type * from './manager.ts';
export type * from './registrar.ts';
export type * from './sockets.ts';
