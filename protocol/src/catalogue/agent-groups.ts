/** What the agent-groups actors say to each other. The master's assignments are the truth. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_GROUPS } from '../agent.ts';
import { MAX_AGENT_ROWS, MAX_AGENT_STRINGS } from '../limits.ts';
import { AgentId, Differing, DigestSumSchema, Parts, RangeBound } from './agent-info.ts';
import { Count, Fields } from './parts.ts';

/** A group's name (`isGroupName`). */
export const GroupName = Type.String({ pattern: '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,255}$' });
const GroupNames = Type.Array(GroupName, { maxItems: MAX_AGENT_STRINGS });

/** `[id, version, indices into names]`, groups in order; none: the agent has no assignment any more. */
export const GroupRowSchema = Type.Tuple([
  AgentId,
  Count,
  Type.Array(Type.Integer({ minimum: 0, maximum: MAX_AGENT_STRINGS }), { maxItems: MAX_GROUPS }),
]);
const rows = Type.Array(GroupRowSchema, { maxItems: MAX_AGENT_ROWS });

/** The master's assignments changed: these rows, since version `base`. A worker that holds an older base compares by ranges. */
export const GroupChanges = Fields({
  type: Type.Literal('group-changes'),
  base: Count,
  version: Count,
  names: GroupNames,
  rows,
});
export type GroupChanges = Static<typeof GroupChanges>;

/** A worker asks in which of these ranges the master's assignments are others. */
export const CheckGroups = Fields({ type: Type.Literal('check-groups'), parts: Parts });
export type CheckGroups = Static<typeof CheckGroups>;

/** Answers `check-groups`. */
export const GroupsChecked = Fields({ type: Type.Literal('groups-checked'), version: Count, differing: Differing });
export type GroupsChecked = Static<typeof GroupsChecked>;

/** A worker asks for the assignments of the agents in a range. */
export const GetGroups = Fields({ type: Type.Literal('get-groups'), from: RangeBound, to: RangeBound });
export type GetGroups = Static<typeof GetGroups>;

/** Answers `get-groups`: all there are from `from` to `upTo`, which is less than what was asked when that did not fit. */
export const Groups = Fields({
  type: Type.Literal('groups'),
  from: RangeBound,
  upTo: RangeBound,
  version: Count,
  names: GroupNames,
  rows,
});
export type Groups = Static<typeof Groups>;

/** An agent without assignment reports to a worker, which chose these groups: the master adopts them if the agent exists and has none. */
export const ProposeGroups = Fields({
  type: Type.Literal('propose-groups'),
  id: AgentId,
  groups: Type.Array(GroupName, { minItems: 1, maxItems: MAX_GROUPS }),
});
export type ProposeGroups = Static<typeof ProposeGroups>;

/** Answers `propose-groups` with what holds now. */
export const GroupsAssigned = Fields({
  type: Type.Literal('groups-assigned'),
  id: AgentId,
  version: Count,
  /** `unknown`: the agent is not in the master's client.keys; `kept`: it had an assignment, this one. */
  outcome: Type.Unsafe<'adopted' | 'kept' | 'unknown'>(
    Type.Union([Type.Literal('adopted'), Type.Literal('kept'), Type.Literal('unknown')]),
  ),
  groups: Type.Array(GroupName, { maxItems: MAX_GROUPS }),
});
export type GroupsAssigned = Static<typeof GroupsAssigned>;

/** In every beat: the assignments that this node holds. */
export const GroupsMark = Fields({ version: Count, digest: DigestSumSchema });
export type GroupsMark = Static<typeof GroupsMark>;
