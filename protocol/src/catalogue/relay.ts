/** A question to one node, asked of another: a worker's goes to its master, the master's to the worker that it names. */
import { type Static, Type } from '@sinclair/typebox';
import { ActorTree, CrashActor, Done, GetHealth, GetTree, Health, SetLogLevel } from './control.ts';
import { Events, GetEvents } from './events.ts';
import {
  ActorAnswer,
  ActorDetail,
  AskActor,
  Bench,
  BenchActor,
  DeadLetterList,
  GetActor,
  GetDeadLetters,
  GetLinks,
  GetTrace,
  LinkList,
  RestartActor,
  TellActor,
  Trace,
} from './inspect.ts';
import { GetMetrics, Metrics } from './metrics.ts';
import { GetLogs, GetNodeInfo, Logs, NodeInfo } from './node-info.ts';
import { Fields, NodeNameSchema } from './parts.ts';
import { GetStanding, Standing } from './standing.ts';

/** What may be asked of any node by any node: it changes nothing. */
export const NodeQuestion = Type.Union([
  GetHealth,
  GetTree,
  GetActor,
  GetDeadLetters,
  GetLinks,
  GetTrace,
  GetEvents,
  GetNodeInfo,
  GetLogs,
  GetStanding,
  GetMetrics,
]);
export type NodeQuestion = Static<typeof NodeQuestion>;

/** What may be ordered of a worker by its master alone. A worker's own words reach no other node's actors. */
export const NodeOrder = Type.Union([CrashActor, RestartActor, TellActor, AskActor, BenchActor, SetLogLevel]);
export type NodeOrder = Static<typeof NodeOrder>;

/** Their types: who may relay one is judged by this list, so that no order is in the one and not in the other. */
export const nodeOrders: ReadonlySet<string> = new Set<NodeOrder['type']>(
  NodeOrder.anyOf.map(({ properties }) => properties.type.const),
);

export const NodeReply = Type.Union([
  Health,
  ActorTree,
  ActorDetail,
  DeadLetterList,
  LinkList,
  Trace,
  Events,
  NodeInfo,
  Logs,
  Standing,
  Metrics,
  ActorAnswer,
  Bench,
  Done,
]);
export type NodeReply = Static<typeof NodeReply>;

export const Relay = Fields({
  type: Type.Literal('relay'),
  node: NodeNameSchema,
  message: Type.Union([NodeQuestion, NodeOrder]),
});
export type Relay = Static<typeof Relay>;

/** Answers `relay`. */
export const Relayed = Fields({ type: Type.Literal('relayed'), message: NodeReply });
export type Relayed = Static<typeof Relayed>;
