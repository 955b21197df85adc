/** What programs on this machine may ask of the running node, and what they are told: part of the catalogue. */
import type {
  ActorTree,
  ActorView,
  ClusterView,
  CrashActor,
  Done,
  Explain,
  Explanation,
  ForgetNode,
  GetCluster,
  GetHealth,
  GetTree,
  Health,
  SetLogLevel,
  SyncNow,
  WireMessage,
} from '@muster/protocol';

export type { ActorTree, Health };
export type ActorRow = ActorView;
export type LogLevel = SetLogLevel['level'];

export type LocalRequest = GetCluster | GetHealth | Explain | GetTree | SetLogLevel | CrashActor | SyncNow | ForgetNode;
export type LocalReply = ClusterView | Health | Explanation | ActorTree | Done;

const requests: ReadonlySet<string> = new Set<LocalRequest['type']>([
  'get-cluster',
  'get-health',
  'explain',
  'get-tree',
  'set-log-level',
  'crash-actor',
  'sync-now',
  'forget-node',
]);

/** Whether a message that came over a wire is one of ours to answer. */
export const isLocalRequest = (message: WireMessage): message is LocalRequest => requests.has(message.type);
