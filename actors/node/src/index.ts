export { type BackoffConfig, longestWait, nextWait } from './backoff.ts';
export { type DialerDeps, dialerDefaults, spawnDialer } from './dialer.ts';
export type { DialerConfig } from './dialer-decide.ts';
export { type DialerEvent, type DialerMessage, getLink, type LinkView } from './dialer-messages.ts';
export { listenerDefaults, spawnListener } from './listener.ts';
export type { ListenerConfig } from './listener-decide.ts';
export type { ConnectionPort, ListenerDeps, ListeningPort } from './listener-deps.ts';
export { getRegistry, type ListenerEvent, type ListenerMessage, type RegistryRow } from './listener-messages.ts';
export { type NodeDeps, spawnNode } from './node.ts';
export { type AskOutcome, getStats, type NodeEvent, type NodeMessage, type NodeStats, probe } from './node-messages.ts';
export type {
  AskAnswer,
  Failure,
  LinkEnd,
  NodeLink,
  NodeLinkHandlers,
  NodeLinkStats,
  OpenedLink,
  PeerInfo,
  StreamToPeer,
} from './ports.ts';
export type { Verdict } from './registry.ts';
