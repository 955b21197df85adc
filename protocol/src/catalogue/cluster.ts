/** Views of the cluster and of one node's standing in it, for command lines. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_EXPLANATION, MAX_VIEW_ROWS } from '../limits.ts';
import {
  ClusterName,
  Count,
  Fields,
  Generation,
  Milliseconds,
  NodeNameSchema,
  RoleSchema,
  SeenSync,
  Text,
  Version,
  Wall,
  Words,
} from './parts.ts';

/** One node as every view shows it. */
export const NodeView = Fields({
  name: NodeNameSchema,
  role: RoleSchema,
  version: Version,
  address: Type.String({ maxLength: 256 }),
  liveness: Words(['unknown', 'up', 'suspect', 'down', 'left']),
  /** Why the liveness is what it is, in plain words. */
  reason: Text,
  sync: SeenSync,
  holds: Type.Optional(Generation),
  /** Generations behind the master's, where both are of one epoch. */
  lag: Type.Optional(Count),
  /** Milliseconds since the node first held something older than the master's newest; 0 in sync. */
  behindMs: Milliseconds,
  files: Count,
  why: Type.Optional(Text),
  /** Milliseconds since it was last heard. 0 for the node itself. */
  heardMs: Milliseconds,
  loopDelayMs: Milliseconds,
  /** Its clock minus ours, ms, as measured on the link. */
  skewMs: Type.Optional(Wall),
  /** Whether it has a link now to whoever made this row, whatever keep-alive says yet; true of that node itself. Absent: not told. */
  linked: Type.Optional(Type.Boolean()),
});
export type NodeView = Static<typeof NodeView>;

/** A worker or a command line asks for the view of the whole cluster. */
export const GetCluster = Fields({ type: Type.Literal('get-cluster') });
export type GetCluster = Static<typeof GetCluster>;

/** Answers `get-cluster`. */
export const ClusterView = Fields({
  type: Type.Literal('cluster'),
  cluster: ClusterName,
  generation: Type.Optional(Generation),
  nodes: Type.Array(NodeView, { maxItems: MAX_VIEW_ROWS }),
  /** Of a worker that cannot ask its master: what it knows itself. */
  alone: Type.Optional(Type.Boolean()),
});
export type ClusterView = Static<typeof ClusterView>;

/** Asks why `node` is not in sync, or what else is wrong with it. */
export const Explain = Fields({ type: Type.Literal('explain'), node: NodeNameSchema });
export type Explain = Static<typeof Explain>;

/** Answers `explain` in plain words. */
export const Explanation = Fields({
  type: Type.Literal('explanation'),
  node: NodeNameSchema,
  text: Type.String({ maxLength: MAX_EXPLANATION }),
});
export type Explanation = Static<typeof Explanation>;
