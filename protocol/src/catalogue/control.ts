/** What a command line on the control socket asks of the daemon beside it. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_VIEW_ROWS } from '../limits.ts';
import { BalancerHealth } from './balancer.ts';
import {
  ClusterName,
  Code,
  Count,
  Fields,
  Generation,
  HeldPath,
  Milliseconds,
  NodeNameSchema,
  RoleSchema,
  SyncState,
  Text,
  Version,
  Words,
} from './parts.ts';

/** Asks how this node is. */
export const GetHealth = Fields({ type: Type.Literal('get-health') });
export type GetHealth = Static<typeof GetHealth>;

/** A file that is not synchronised, and why (`Problem` of `packages/tree`). */
export const ProblemView = Fields({
  /** Relative to R, as it is shown. */
  path: HeldPath,
  effect: Words(['held', 'blocking']),
  code: Code,
  text: Text,
});
export type ProblemView = Static<typeof ProblemView>;

/** What was done with this node's files since its start. */
export const FileWork = Fields({
  scans: Count,
  /** Files whose content was read and digested, by all scans. A file known by its stat is not read. */
  hashed: Count,
  /** Replications that changed the disk, files that they wrote and deleted, bytes of content written; on a master 0. */
  replications: Count,
  written: Count,
  removed: Count,
  writtenBytes: Count,
});
export type FileWork = Static<typeof FileWork>;

/** How a node is with its agents. Counts of what was done are since its start. */
export const AgentWork = Fields({
  /** The adapter that speaks with the manager beside this node. */
  manager: Words(['files', 'wazuh-db', 'embedded']),
  /** Why the manager cannot be asked now, the store not written, or the like, in plain words. */
  trouble: Type.Optional(Text),
  /** A master: agents of which a status is known. A worker: those that reported to it. */
  known: Count,
  /** A master: agents by status, those that never reported included. */
  active: Type.Optional(Count),
  disconnected: Type.Optional(Count),
  pending: Type.Optional(Count),
  neverConnected: Type.Optional(Count),
  /** A worker: agents whose status the master has not confirmed yet. */
  unsent: Type.Optional(Count),
  /** Statuses that were taken (master: from workers; worker: by the master). */
  taken: Count,
  /** Statuses that gave way to a newer one of another node. */
  lost: Count,
  /** Statuses of agents that are not in client.keys. */
  unknown: Count,
  /** A master: agents that the manager beside it does not know in their newest state yet. */
  unpublished: Type.Optional(Count),
  /** The version of the groups that this node holds. */
  groupsVersion: Count,
  /** The store: bytes on disk, and the most that it may take. */
  storeBytes: Count,
  storeMaxBytes: Count,
});
export type AgentWork = Static<typeof AgentWork>;

/** Answers `get-health`. */
export const Health = Fields({
  type: Type.Literal('health'),
  node: NodeNameSchema,
  role: RoleSchema,
  version: Version,
  pid: Count,
  uptimeMs: Milliseconds,
  cluster: ClusterName,
  state: SyncState,
  /** Why the state is what it is, in plain words. */
  why: Type.Optional(Text),
  /** What the disk holds. Absent: nothing yet. */
  holds: Type.Optional(Generation),
  files: Count,
  bytes: Count,
  work: Type.Optional(FileWork),
  /** The master's newest, as far as this node knows. */
  generation: Type.Optional(Generation),
  /** The first 1,000. */
  problems: Type.Array(ProblemView, { maxItems: MAX_VIEW_ROWS }),
  /** The link to the master in plain words; workers only. */
  link: Type.Optional(Text),
  /** Whether there is that link; workers only. */
  linked: Type.Optional(Type.Boolean()),
  /** Actors restarted since the start. */
  restarts: Count,
  deadLetters: Count,
  rssBytes: Count,
  /** The 99th percentile of the event-loop delay, ms. */
  loopDelayMs: Milliseconds,
  /** Bytes over the links to other nodes since the start, before encryption. */
  sentBytes: Type.Optional(Count),
  receivedBytes: Type.Optional(Count),
  /** Lines of client.keys. */
  agents: Type.Optional(Count),
  agentWork: Type.Optional(AgentWork),
  /** A master that balances: each HAProxy. */
  balancers: Type.Optional(Type.Array(BalancerHealth, { maxItems: 16 })),
});
export type Health = Static<typeof Health>;

/** Asks for the running actors. */
export const GetTree = Fields({ type: Type.Literal('get-tree') });
export type GetTree = Static<typeof GetTree>;

/** `/links/node:worker1`. */
export const ActorPath = Type.String({ minLength: 1, maxLength: 512 });

/** One actor or supervisor of the running tree. */
export const ActorView = Fields({
  path: ActorPath,
  kind: Words(['actor', 'supervisor']),
  state: Type.String({ maxLength: 64 }),
  /** Messages waiting now, and the most that ever waited. */
  mailbox: Count,
  highWater: Count,
  processed: Count,
  /** Time spent in handlers, ms. */
  busyMs: Milliseconds,
  restarts: Count,
  lastError: Type.Optional(Text),
});
export type ActorView = Static<typeof ActorView>;

/** Answers `get-tree`; parents before children. */
export const ActorTree = Fields({
  type: Type.Literal('tree'),
  actors: Type.Array(ActorView, { maxItems: MAX_VIEW_ROWS }),
});
export type ActorTree = Static<typeof ActorTree>;

/** Sets the level of the log until the daemon ends or reloads. */
export const SetLogLevel = Fields({
  type: Type.Literal('set-log-level'),
  level: Words(['debug2', 'debug', 'info', 'warning', 'error', 'critical']),
});
export type SetLogLevel = Static<typeof SetLogLevel>;

/** Fault injection: the actor at `path` throws at its next turn. */
export const CrashActor = Fields({ type: Type.Literal('crash-actor'), path: ActorPath });
export type CrashActor = Static<typeof CrashActor>;

/** Scan (master) or compare and repair (worker) now. */
export const SyncNow = Fields({ type: Type.Literal('sync-now') });
export type SyncNow = Static<typeof SyncNow>;

/** A master forgets a worker that is gone for good. */
export const ForgetNode = Fields({ type: Type.Literal('forget-node'), node: NodeNameSchema });
export type ForgetNode = Static<typeof ForgetNode>;

/** Answers what has no other answer: it was done, or is under way. */
export const Done = Fields({
  type: Type.Literal('done'),
  /** It was so before. */
  already: Type.Optional(Type.Boolean()),
});
export type Done = Static<typeof Done>;
