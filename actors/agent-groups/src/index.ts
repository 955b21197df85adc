export { type DigestedGroups, type GroupsView, withDigest, withDigestInTurns } from './digested.ts';
export { type GroupAuthorityDeps, spawnGroupAuthority } from './master/group-authority.ts';
export {
  type AuthorityView,
  type GroupAuthorityEvent,
  type GroupAuthorityMessage,
  getAuthorityState,
} from './master/messages.ts';
export { type AuthorityLimits, authorityDefaults } from './master/state.ts';
export type * from './ports.ts';
export { type GroupReplicaDeps, spawnGroupReplica } from './worker/group-replica.ts';
export {
  type GroupReplicaEvent,
  type GroupReplicaMessage,
  type GroupReplicaView,
  getReplicaState,
} from './worker/messages.ts';
export { type ReplicaLimits, replicaDefaults } from './worker/state.ts';
