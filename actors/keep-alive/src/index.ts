export { type KeepAliveDeps, keepAliveDefaults, spawnKeepAlive } from './keep-alive.ts';
export { lagBehind } from './lag.ts';
export {
  getNodes,
  getOwnLag,
  type KeepAliveEvent,
  type KeepAliveMessage,
  type LinkedPeer,
  type Liveness,
  type OwnLag,
  type OwnStatus,
} from './messages.ts';
export type { KeepAliveConfig } from './state.ts';
