/** When each kind of work of a worker was last begun and ended: what `cluster_control -i` and the healthcheck show. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_HEALTHCHECK_ROWS, MAX_VIEW_ROWS } from '../limits.ts';
import { Count, Fields, Milliseconds, NodeNameSchema, RoleSchema, Version } from './parts.ts';

/** Ages, for clocks of nodes differ. */
const span = { startAgoMs: Milliseconds, endAgoMs: Milliseconds };

/** What a worker did last, since its start. Absent: never. */
const work = {
  /** Its disk was compared with the master's newest generation. */
  checked: Type.Optional(Fields(span)),
  /** Its disk was made the same: files of the master that were fetched because they were missing or differed here, and that were deleted. */
  synced: Type.Optional(Fields({ ...span, missing: Count, shared: Count, extra: Count })),
  /** Such work is under way. */
  syncing: Type.Boolean(),
  /** Statuses were sent and confirmed: messages, agents. */
  agentInfo: Type.Optional(Fields({ ...span, chunks: Count, agents: Count })),
  sendingAgents: Type.Boolean(),
  /** Changes of groups were taken over. */
  agentGroups: Type.Optional(Fields({ ...span, chunks: Count })),
  /** All groups were compared and taken over. */
  agentGroupsFull: Type.Optional(Fields({ ...span, chunks: Count })),
};

/** Asked of a worker by its master. */
export const GetStanding = Fields({ type: Type.Literal('get-standing') });
export type GetStanding = Static<typeof GetStanding>;

/** Answers `get-standing`. */
export const Standing = Fields({ type: Type.Literal('standing'), ...work });
export type Standing = Static<typeof Standing>;

/** Asks for the work of every node; of these, where `nodes` names some. Names that there are not are left out. */
export const GetHealthcheck = Fields({
  type: Type.Literal('get-healthcheck'),
  nodes: Type.Optional(Type.Array(NodeNameSchema, { maxItems: MAX_VIEW_ROWS })),
});
export type GetHealthcheck = Static<typeof GetHealthcheck>;

export const HealthcheckRow = Fields({
  name: NodeNameSchema,
  role: RoleSchema,
  version: Version,
  address: Type.String({ maxLength: 256 }),
  /** Of the master's list, without 000. */
  activeAgents: Count,
  /** A worker that is linked. A worker without it is not. */
  lastKeepAliveAgoMs: Type.Optional(Milliseconds),
  /** Of a worker: the last that it said. `staleMs` old, where it could not be asked now. */
  work: Type.Optional(Fields(work)),
  staleMs: Type.Optional(Milliseconds),
});
export type HealthcheckRow = Static<typeof HealthcheckRow>;

/** Answers `get-healthcheck`: the master first, then linked workers in the order of their links, then the others. */
export const Healthcheck = Fields({
  type: Type.Literal('healthcheck'),
  rows: Type.Array(HealthcheckRow, { maxItems: MAX_HEALTHCHECK_ROWS }),
});
export type Healthcheck = Static<typeof Healthcheck>;
