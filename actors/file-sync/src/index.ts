export type { Generation } from './announcement.ts';
export { clientKeysPath, type GuardLimits, guardDefaults } from './guard.ts';
export { type ServerLimits, serverDefaults } from './master/decide.ts';
export { type FileServerDeps, spawnFileServer } from './master/file-server.ts';
export { type FileServerMessage, getServerState, type ServerView } from './master/messages.ts';
export type { FileFailure, OutgoingStream, Problem, Replication, ReplicationResult } from './shapes.ts';
export { explain, type GuardView, type ReplicaView, standing } from './view.ts';
export { type FileReplicaConfig, type FileReplicaDeps, spawnFileReplica } from './worker/file-replica.ts';
export {
  type FileReplicaEvent,
  type FileReplicaMessage,
  getReplicaState,
  type ReplicaStatus,
} from './worker/messages.ts';
