/**
 * Every message that crosses a link or the control socket: who may send it, to which actor, in which
 * form, how large. What is not in `catalogue` does not exist: it closes the link.
 */
import type { TSchema } from '@sinclair/typebox';
import type { ActorName } from '../ids.ts';
import { MAX_FRAME, MAX_NODE_REPLY } from '../limits.ts';
import {
  type PackedFields,
  packedGroups,
  packedHeld,
  packedIds,
  packedNames,
  packedPairs,
  packedParts,
} from '../packed-fields.ts';
import * as agentGroups from './agent-groups.ts';
import * as agentInfo from './agent-info.ts';
import * as agentsView from './agents-view.ts';
import * as balancer from './balancer.ts';
import * as cluster from './cluster.ts';
import * as control from './control.ts';
import * as events from './events.ts';
import * as fileSync from './file-sync.ts';
import * as inspect from './inspect.ts';
import * as integrity from './integrity.ts';
import * as keepAlive from './keep-alive.ts';
import * as metrics from './metrics.ts';
import * as nodeInfo from './node-info.ts';
import * as registration from './registration.ts';
import * as relay from './relay.ts';
import * as standing from './standing.ts';

export type * from './agent-groups.ts';
export type * from './agent-info.ts';
export type * from './agents-view.ts';
export type * from './balancer.ts';
export * from './cluster.ts';
export * from './control.ts';
export { type EventKind, type EventRow, type Events, eventKinds, type GetEvents } from './events.ts';
export * from './file-sync.ts';
export type * from './inspect.ts';
export * from './integrity.ts';
export * from './keep-alive.ts';
export type * from './metrics.ts';
export type * from './node-info.ts';
export { SeenSync, SyncState } from './parts.ts';
export type * from './registration.ts';
export { type NodeOrder, type NodeQuestion, type NodeReply, nodeOrders, type Relay, type Relayed } from './relay.ts';
export type * from './standing.ts';

/** Every message. */
export type WireMessage =
  | keepAlive.Beat
  | integrity.GenerationAnnounced
  | integrity.ConfirmGeneration
  | fileSync.GetManifest
  | fileSync.GetContent
  | cluster.GetCluster
  | cluster.ClusterView
  | cluster.Explain
  | cluster.Explanation
  | control.GetHealth
  | control.Health
  | control.GetTree
  | control.ActorTree
  | control.SetLogLevel
  | control.CrashActor
  | control.SyncNow
  | control.ForgetNode
  | balancer.GetBalance
  | balancer.Balance
  | balancer.DrainNode
  | inspect.GetActor
  | inspect.ActorDetail
  | inspect.GetDeadLetters
  | inspect.DeadLetterList
  | inspect.GetLinks
  | inspect.LinkList
  | inspect.GetTrace
  | inspect.Trace
  | inspect.RestartActor
  | inspect.TellActor
  | inspect.AskActor
  | inspect.ActorAnswer
  | inspect.BenchActor
  | inspect.Bench
  | metrics.GetMetrics
  | metrics.Metrics
  | events.GetEvents
  | events.Events
  | nodeInfo.GetNodeInfo
  | nodeInfo.NodeInfo
  | nodeInfo.GetLogs
  | nodeInfo.Logs
  | standing.GetStanding
  | standing.Standing
  | standing.GetHealthcheck
  | standing.Healthcheck
  | relay.Relay
  | relay.Relayed
  | agentInfo.AgentStatuses
  | agentInfo.AgentsTaken
  | agentInfo.AgentsMoved
  | agentInfo.AgentsDiffer
  | agentInfo.CheckAgents
  | agentInfo.AgentsChecked
  | agentInfo.HeldAgents
  | agentGroups.GroupChanges
  | agentGroups.CheckGroups
  | agentGroups.GroupsChecked
  | agentGroups.GetGroups
  | agentGroups.Groups
  | agentGroups.ProposeGroups
  | agentGroups.GroupsAssigned
  | registration.RegisterAgent
  | registration.AgentRegistered
  | registration.RemoveAgent
  | registration.AgentRemoved
  | registration.AssignGroup
  | registration.GroupAssigned
  | registration.RegistrationRefused
  | agentsView.GetAgents
  | agentsView.Agents
  | agentsView.GetAgent
  | agentsView.AgentView
  | control.Done;

export type MessageType = WireMessage['type'];

/**
 * Who is at the other end: a node by its role; on the control socket `local`, a command line that
 * asks, and `daemon`, the node that answers it.
 */
export type Sender = 'master' | 'worker' | 'local' | 'daemon';

/** `stream`: rides in an `open` envelope and is answered by a stream of bytes. */
export type Form = 'tell' | 'ask' | 'reply' | 'stream';

export interface CatalogueEntry {
  readonly schema: TSchema;
  readonly form: Form;
  /** The actor that it must be addressed to; replies have no address. */
  readonly to: ActorName | undefined;
  readonly from: readonly Sender[];
  /** Of the whole msgpack text, envelope included, bytes. */
  readonly maxBytes: number;
  /** Of an ask: the types of its reply. */
  readonly answer?: readonly MessageType[];
  /** Fields of the message that cross the wire packed. */
  readonly packed?: PackedFields;
}

const SMALL = 1_024;
const localAsk = (schema: TSchema, ...answer: readonly MessageType[]): CatalogueEntry => ({
  schema,
  form: 'ask',
  to: 'control',
  from: ['local'],
  maxBytes: SMALL,
  answer,
});
const clusterAsk = (schema: TSchema, from: readonly Sender[], answer: MessageType): CatalogueEntry => ({
  ...localAsk(schema, answer),
  from,
});
const reply = (schema: TSchema, from: readonly Sender[], maxBytes: number): CatalogueEntry => ({
  schema,
  form: 'reply',
  to: undefined,
  from,
  maxBytes,
});

const askTo =
  (to: ActorName, from: readonly Sender[]) =>
  (schema: TSchema, maxBytes: number, ...answer: readonly MessageType[]): CatalogueEntry => ({
    schema,
    form: 'ask',
    to,
    from,
    maxBytes,
    answer,
  });
const agentAsk = askTo('agent-info', ['worker']);
const groupsAsk = askTo('agent-groups', ['worker']);
const registrationAsk = (schema: TSchema, maxBytes: number, answer: MessageType): CatalogueEntry =>
  askTo('registration', ['worker', 'local'])(schema, maxBytes, answer, 'registration-refused');
const packed = (packed: PackedFields, entry: CatalogueEntry): CatalogueEntry => ({ ...entry, packed });

const table: Readonly<Record<MessageType, CatalogueEntry>> = {
  // `why` is 2,000 characters, up to 3 bytes each.
  beat: { schema: keepAlive.Beat, form: 'tell', to: 'keep-alive', from: ['master', 'worker'], maxBytes: 8_192 },
  generation: {
    schema: integrity.GenerationAnnounced,
    form: 'tell',
    to: 'file-sync',
    from: ['master'],
    maxBytes: MAX_FRAME,
  },
  'confirm-generation': {
    schema: integrity.ConfirmGeneration,
    form: 'tell',
    to: 'integrity',
    from: ['worker'],
    maxBytes: SMALL,
  },
  'get-manifest': { schema: fileSync.GetManifest, form: 'stream', to: 'file-sync', from: ['worker'], maxBytes: SMALL },
  // 1,000 digests of 66 bytes.
  'get-content': { schema: fileSync.GetContent, form: 'stream', to: 'file-sync', from: ['worker'], maxBytes: 67_000 },
  // 262 bytes a row of 1,000 rows, or 600 full ones.
  'agent-statuses': agentAsk(agentInfo.AgentStatuses, MAX_FRAME, 'agents-taken'),
  'agents-taken': packed(
    { lost: packedIds, wanted: packedIds, unknown: packedIds },
    reply(agentInfo.AgentsTaken, ['master'], 16_384),
  ),
  'agents-moved': packed(
    { ids: packedIds },
    { schema: agentInfo.AgentsMoved, form: 'tell', to: 'agent-info', from: ['master'], maxBytes: 8_192 },
  ),
  'agents-differ': {
    schema: agentInfo.AgentsDiffer,
    form: 'tell',
    to: 'agent-info',
    from: ['master'],
    maxBytes: SMALL,
  },
  'check-agents': packed({ parts: packedParts }, agentAsk(agentInfo.CheckAgents, 16_384, 'agents-checked')),
  'agents-checked': packed({ differing: packedIds }, reply(agentInfo.AgentsChecked, ['master'], SMALL)),
  'held-agents': packed({ rows: packedHeld }, agentAsk(agentInfo.HeldAgents, 32_768, 'agents-taken')),
  'group-changes': packed(
    { names: packedNames, rows: packedGroups },
    {
      schema: agentGroups.GroupChanges,
      form: 'tell',
      to: 'agent-groups',
      from: ['master'],
      maxBytes: MAX_FRAME,
    },
  ),
  'check-groups': packed({ parts: packedParts }, groupsAsk(agentGroups.CheckGroups, 16_384, 'groups-checked')),
  'groups-checked': packed({ differing: packedIds }, reply(agentGroups.GroupsChecked, ['master'], SMALL)),
  'get-groups': groupsAsk(agentGroups.GetGroups, SMALL, 'groups'),
  groups: packed({ names: packedNames, rows: packedGroups }, reply(agentGroups.Groups, ['master'], MAX_FRAME)),
  // 256 names of 255 characters.
  'propose-groups': packed({ groups: packedNames }, groupsAsk(agentGroups.ProposeGroups, 70_000, 'groups-assigned')),
  'groups-assigned': packed({ groups: packedNames }, reply(agentGroups.GroupsAssigned, ['master'], 70_000)),
  'register-agent': packed(
    { groups: packedNames },
    registrationAsk(registration.RegisterAgent, 70_000, 'agent-registered'),
  ),
  'agent-registered': reply(registration.AgentRegistered, ['master', 'daemon'], SMALL),
  'remove-agent': registrationAsk(registration.RemoveAgent, SMALL, 'agent-removed'),
  'agent-removed': reply(registration.AgentRemoved, ['master', 'daemon'], SMALL),
  'assign-group': registrationAsk(registration.AssignGroup, SMALL, 'group-assigned'),
  'group-assigned': reply(registration.GroupAssigned, ['master', 'daemon'], SMALL),
  'registration-refused': reply(registration.RegistrationRefused, ['master', 'daemon'], 8_192),
  'get-agents': clusterAsk(agentsView.GetAgents, ['worker', 'local'], 'agents'),
  agents: reply(agentsView.Agents, ['master', 'daemon'], MAX_FRAME),
  'get-agent': clusterAsk(agentsView.GetAgent, ['worker', 'local'], 'agent'),
  agent: packed({ info: packedPairs }, reply(agentsView.AgentView, ['master', 'daemon'], MAX_FRAME)),
  'get-cluster': clusterAsk(cluster.GetCluster, ['worker', 'local'], 'cluster'),
  cluster: reply(cluster.ClusterView, ['master', 'daemon'], MAX_FRAME),
  explain: clusterAsk(cluster.Explain, ['master', 'worker', 'local'], 'explanation'),
  explanation: reply(cluster.Explanation, ['master', 'worker', 'daemon'], 65_536),
  'get-health': localAsk(control.GetHealth, 'health'),
  health: reply(control.Health, ['daemon'], MAX_NODE_REPLY),
  'get-tree': localAsk(control.GetTree, 'tree'),
  tree: reply(control.ActorTree, ['daemon'], MAX_NODE_REPLY),
  'set-log-level': localAsk(control.SetLogLevel, 'done'),
  'crash-actor': { ...localAsk(control.CrashActor, 'done'), maxBytes: 2_048 },
  'sync-now': localAsk(control.SyncNow, 'done'),
  'forget-node': localAsk(control.ForgetNode, 'done'),
  'get-balance': localAsk(balancer.GetBalance, 'balance'),
  balance: reply(balancer.Balance, ['daemon'], MAX_FRAME),
  'drain-node': localAsk(balancer.DrainNode, 'done'),
  // A path of 512 characters of 3 bytes.
  'get-actor': { ...localAsk(inspect.GetActor, 'actor'), maxBytes: 2_048 },
  actor: reply(inspect.ActorDetail, ['daemon'], MAX_NODE_REPLY),
  'get-dead-letters': localAsk(inspect.GetDeadLetters, 'dead-letters'),
  'dead-letters': reply(inspect.DeadLetterList, ['daemon'], MAX_NODE_REPLY),
  'get-links': localAsk(inspect.GetLinks, 'links'),
  links: reply(inspect.LinkList, ['daemon'], MAX_NODE_REPLY),
  'get-trace': { ...localAsk(inspect.GetTrace, 'trace'), maxBytes: 2_048 },
  trace: reply(inspect.Trace, ['daemon'], MAX_NODE_REPLY),
  'restart-actor': { ...localAsk(inspect.RestartActor, 'done'), maxBytes: 2_048 },
  // A path, and 16,384 characters of 3 bytes at most.
  'tell-actor': { ...localAsk(inspect.TellActor, 'done'), maxBytes: 52_000 },
  'ask-actor': { ...localAsk(inspect.AskActor, 'actor-answer'), maxBytes: 52_000 },
  'actor-answer': reply(inspect.ActorAnswer, ['daemon'], 52_000),
  'bench-actor': { ...localAsk(inspect.BenchActor, 'bench'), maxBytes: 2_048 },
  bench: reply(inspect.Bench, ['daemon'], SMALL),
  'get-metrics': localAsk(metrics.GetMetrics, 'metrics'),
  // A page of 65,536 characters of 3 bytes.
  metrics: reply(metrics.Metrics, ['daemon'], 200 * 1024),
  'get-events': localAsk(events.GetEvents, 'events'),
  events: reply(events.Events, ['daemon'], MAX_NODE_REPLY),
  'get-node-info': localAsk(nodeInfo.GetNodeInfo, 'node-info'),
  'node-info': reply(nodeInfo.NodeInfo, ['daemon'], 65_536),
  'get-logs': { ...localAsk(nodeInfo.GetLogs, 'logs'), maxBytes: 2_048 },
  logs: reply(nodeInfo.Logs, ['daemon'], MAX_NODE_REPLY),
  'get-standing': localAsk(standing.GetStanding, 'standing'),
  standing: reply(standing.Standing, ['daemon'], SMALL),
  // 1,000 names of 64 letters.
  'get-healthcheck': { ...clusterAsk(standing.GetHealthcheck, ['worker', 'local'], 'healthcheck'), maxBytes: 67_000 },
  healthcheck: reply(standing.Healthcheck, ['master', 'daemon'], MAX_FRAME),
  relay: { ...clusterAsk(relay.Relay, ['master', 'worker', 'local'], 'relayed'), maxBytes: 53_000 },
  relayed: reply(relay.Relayed, ['master', 'worker', 'daemon'], MAX_FRAME),
  done: reply(control.Done, ['daemon'], SMALL),
};

/** By type. A `Map`, for a peer may name `constructor`. */
export const catalogue: ReadonlyMap<string, CatalogueEntry> = new Map(Object.entries(table));
