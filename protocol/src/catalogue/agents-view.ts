/** Views of agents, for command lines. A worker's asks its master. */
import { type Static, Type } from '@sinclair/typebox';
import { agentStatuses } from '../agent.ts';
import { MAX_AGENT_PAGE, MAX_AGENT_STRING, MAX_HISTORY, MAX_LABELS } from '../limits.ts';
import { GroupName } from './agent-groups.ts';
import { AgentId, RangeBound } from './agent-info.ts';
import { Count, Fields, Milliseconds, NodeNameSchema, Words } from './parts.ts';

export const AgentStatusSchema = Words(agentStatuses);
const Short = Type.String({ maxLength: MAX_AGENT_STRING });

/** Asks for agents after `after`, in the order of their ids. */
export const GetAgents = Fields({
  type: Type.Literal('get-agents'),
  after: RangeBound,
  node: Type.Optional(NodeNameSchema),
  status: Type.Optional(AgentStatusSchema),
  group: Type.Optional(GroupName),
});
export type GetAgents = Static<typeof GetAgents>;

/** One agent in a list. */
export const AgentRowView = Fields({
  id: AgentId,
  name: Short,
  ip: Short,
  status: AgentStatusSchema,
  /** Where it last reported. Absent: nowhere yet. */
  node: Type.Optional(NodeNameSchema),
  /** Milliseconds since it was last heard. Absent: never. */
  seenAgoMs: Type.Optional(Milliseconds),
  version: Short,
  /** Joined by commas; cut with … when long. */
  groups: Short,
});
export type AgentRowView = Static<typeof AgentRowView>;

/** Answers `get-agents`. */
export const Agents = Fields({
  type: Type.Literal('agents'),
  rows: Type.Array(AgentRowView, { maxItems: MAX_AGENT_PAGE }),
  /** Ask again after this id. Absent: there are no more. */
  next: Type.Optional(RangeBound),
  /** Agents in all, whatever was asked for. */
  total: Count,
});
export type Agents = Static<typeof Agents>;

/** Asks for all that is known of one agent. */
export const GetAgent = Fields({ type: Type.Literal('get-agent'), id: AgentId });
export type GetAgent = Static<typeof GetAgent>;

/** Answers `get-agent`. */
export const AgentView = Fields({
  type: Type.Literal('agent'),
  row: AgentRowView,
  code: Count,
  disconnectedAgoMs: Type.Optional(Milliseconds),
  /** The other fields of `AgentInfo` that are known: name and value. */
  info: Type.Array(Type.Tuple([Short, Short]), { maxItems: 32 + MAX_LABELS }),
  /** Where it reported, newest first: the node, and how long ago it was first heard there. */
  history: Type.Array(Fields({ node: NodeNameSchema, sinceAgoMs: Milliseconds }), { maxItems: MAX_HISTORY }),
});
export type AgentView = Static<typeof AgentView>;
