/** What programs on this machine may ask of the running node, and what they are told: part of the catalogue. */
import type {
  ActorTree,
  ActorView,
  AgentRegistered,
  AgentRemoved,
  Agents,
  AgentView,
  AssignGroup,
  Balance,
  ClusterView,
  CrashActor,
  Done,
  DrainNode,
  Explain,
  Explanation,
  ForgetNode,
  GetAgent,
  GetAgents,
  GetBalance,
  GetCluster,
  GetHealth,
  GetTree,
  GroupAssigned,
  Health,
  RegisterAgent,
  RegistrationRefused,
  RemoveAgent,
  SetLogLevel,
  SyncNow,
  WireMessage,
} from '@muster/protocol';

export type { ActorTree, Health };
export type ActorRow = ActorView;
export type LogLevel = SetLogLevel['level'];

/** What of agents may be asked for. Absent: whatever it is. */
export type AgentFilter = Pick<GetAgents, 'node' | 'status' | 'group'>;

/** The three that a node hands to its master, and what comes of them. */
export type RegistrationRequest = RegisterAgent | RemoveAgent | AssignGroup;
export type RegistrationReply = AgentRegistered | AgentRemoved | GroupAssigned | RegistrationRefused;

export type LocalRequest =
  | GetCluster
  | GetHealth
  | Explain
  | GetTree
  | SetLogLevel
  | CrashActor
  | SyncNow
  | ForgetNode
  | GetBalance
  | DrainNode
  | GetAgents
  | GetAgent
  | RegistrationRequest;
export type LocalReply =
  | ClusterView
  | Health
  | Explanation
  | ActorTree
  | Done
  | Balance
  | Agents
  | AgentView
  | RegistrationReply;

const requests: ReadonlySet<string> = new Set<LocalRequest['type']>([
  'get-cluster',
  'get-health',
  'explain',
  'get-tree',
  'set-log-level',
  'crash-actor',
  'sync-now',
  'forget-node',
  'get-balance',
  'drain-node',
  'get-agents',
  'get-agent',
  'register-agent',
  'remove-agent',
  'assign-group',
]);

/** Whether a message that came over a wire is one of ours to answer. */
export const isLocalRequest = (message: WireMessage): message is LocalRequest => requests.has(message.type);
