/** What programs on this machine may ask of the running node, and what they are told: part of the catalogue. */
import type {
  ActorAnswer,
  ActorDetail,
  ActorTree,
  ActorView,
  AgentRegistered,
  AgentRemoved,
  Agents,
  AgentView,
  AskActor,
  AssignGroup,
  Balance,
  Bench,
  BenchActor,
  ClusterView,
  CrashActor,
  DeadLetterList,
  Done,
  DrainNode,
  Events,
  Explain,
  Explanation,
  ForgetNode,
  GetActor,
  GetAgent,
  GetAgents,
  GetBalance,
  GetCluster,
  GetDeadLetters,
  GetEvents,
  GetHealth,
  GetHealthcheck,
  GetLinks,
  GetLogs,
  GetMetrics,
  GetNodeInfo,
  GetStanding,
  GetTrace,
  GetTree,
  GroupAssigned,
  Health,
  Healthcheck,
  LinkList,
  Logs,
  Metrics,
  NodeInfo,
  RegisterAgent,
  RegistrationRefused,
  Relay,
  Relayed,
  RemoveAgent,
  RestartActor,
  SetLogLevel,
  Standing,
  SyncNow,
  TellActor,
  Trace,
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
  | GetActor
  | GetDeadLetters
  | GetLinks
  | GetMetrics
  | GetTrace
  | GetEvents
  | GetNodeInfo
  | GetLogs
  | GetStanding
  | GetHealthcheck
  | RestartActor
  | TellActor
  | AskActor
  | BenchActor
  | Relay
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
  | ActorDetail
  | DeadLetterList
  | LinkList
  | Metrics
  | Trace
  | Events
  | NodeInfo
  | Logs
  | Standing
  | Healthcheck
  | ActorAnswer
  | Bench
  | Relayed
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
  'get-actor',
  'get-dead-letters',
  'get-links',
  'get-metrics',
  'get-trace',
  'get-events',
  'get-node-info',
  'get-logs',
  'get-standing',
  'get-healthcheck',
  'restart-actor',
  'tell-actor',
  'ask-actor',
  'bench-actor',
  'relay',
  'register-agent',
  'remove-agent',
  'assign-group',
]);

/** Whether a message that came over a wire is one of ours to answer. */
export const isLocalRequest = (message: WireMessage): message is LocalRequest => requests.has(message.type);
