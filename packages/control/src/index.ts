export { allPages } from './agent-pages.ts';
export {
  type ControlClient,
  type ControlConnection,
  type ControlDial,
  clientTimeoutMs,
  connectControl,
  controlSocketPath,
} from './client.ts';
export {
  type ControlAnswers,
  type ControlConfig,
  type ControlDeps,
  controlDefaults,
  type ListenHandlers,
  spawnControl,
  workerControlDefaults,
} from './control.ts';
export { ControlError, isAway, isUnreachable } from './errors.ts';
export type {
  ActorRow,
  ActorTree,
  AgentFilter,
  Health,
  LocalReply,
  LocalRequest,
  LogLevel,
  RegistrationReply,
  RegistrationRequest,
} from './local.ts';
export { isLocalRequest } from './local.ts';
export { dialLocally, listenLocally, openControl } from './local-socket.ts';
export type { ControlMessage, Origin } from './messages.ts';
export type { NodeClient } from './node-client.ts';
