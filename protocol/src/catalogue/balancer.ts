/** What a command line asks of the master about HAProxy, and how it answers. */
import { type Static, Type } from '@sinclair/typebox';
import { Code, Count, Fields, Milliseconds, NodeNameSchema, Text, Words } from './parts.ts';

/** Asks how the agents' backend is, and what would be done. */
export const GetBalance = Fields({ type: Type.Literal('get-balance') });
export type GetBalance = Static<typeof GetBalance>;

/** One server of the backend, or a node that has none yet. */
export const BalancedServer = Fields({
  /** As HAProxy calls it: a node's name, or an operator's own. */
  name: Type.String({ minLength: 1, maxLength: 256 }),
  address: Type.String({ maxLength: 256 }),
  /** Absent: HAProxy has no such server. */
  admin: Type.Optional(Words(['ready', 'drain', 'maint'])),
  health: Type.Optional(Words(['up', 'down', 'checking', 'unchecked'])),
  /** What the cluster says. Absent: it is no node of ours. */
  standing: Type.Optional(Words(['up', 'suspect', 'down', 'left', 'drained', 'excluded'])),
  /** An operator drained it, however it stands. */
  drained: Type.Optional(Type.Boolean()),
  weight: Count,
  sessions: Count,
  /** Sessions that it should have now. */
  target: Count,
  /** Sessions that a plan made now would end here. */
  cuts: Count,
});
export type BalancedServer = Static<typeof BalancedServer>;

/** What `muster health` says of one HAProxy, and the view of it begins with. */
const standing = {
  /** Where it is, without secrets. */
  endpoint: Type.String({ minLength: 1, maxLength: 512 }),
  phase: Words(['unreachable', 'joining', 'leaving', 'cutting', 'settling', 'balanced', 'unbalanced']),
  /** What it is at, in plain words: `balanced`, `joining worker3`, `cutting 300 of 750`, `settling, 12 of 75 are back`. */
  doing: Text,
  /** What is wrong, in plain words: not reachable, a server that does not come up, … */
  trouble: Type.Optional(Text),
};
export const BalancerHealth = Fields(standing);
export type BalancerHealth = Static<typeof BalancerHealth>;

/** One HAProxy, as its balancer sees it. */
export const BalancerView = Fields({
  ...standing,
  reachable: Type.Boolean(),
  /** While it cannot be reached: how long ago the rest of this was seen. */
  seenMs: Type.Optional(Milliseconds),
  version: Type.Optional(Type.String({ maxLength: 128 })),
  pid: Type.Optional(Count),
  sessions: Count,
  servers: Type.Array(BalancedServer, { maxItems: 1_000 }),
  /** What an operator should mend. */
  advice: Type.Array(Fields({ code: Code, text: Text }), { maxItems: 100 }),
  /** Since the start of this node: plans carried out, sessions ended, restarts and reloads of HAProxy seen. */
  plans: Count,
  cuts: Count,
  restartsSeen: Count,
  /** Of the last plan, from the first cut until all were back. */
  lastPlanMs: Type.Optional(Milliseconds),
});
export type BalancerView = Static<typeof BalancerView>;

/** Answers `get-balance`. */
export const Balance = Fields({
  type: Type.Literal('balance'),
  /** Empty: none is configured. */
  instances: Type.Array(BalancerView, { maxItems: 16 }),
});
export type Balance = Static<typeof Balance>;

/** A node is to have no agents through HAProxy, or to have them again. Kept over restarts of the master. */
export const DrainNode = Fields({ type: Type.Literal('drain-node'), node: NodeNameSchema, drained: Type.Boolean() });
export type DrainNode = Static<typeof DrainNode>;
