export { type ClientKeys, infoFileName, type KeyLine } from './client-keys.ts';
export { type KeysRefresh, type KeysView, openClientKeys } from './keys/keys-view.ts';
export { clientKeysPath, type ParsedKeys, parseClientKeys } from './keys/parse.ts';
export type * from './manager.ts';
export type * from './registrar.ts';
export type * from './sockets.ts';
