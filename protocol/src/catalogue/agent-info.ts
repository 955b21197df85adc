/** What the agent-info actors of a worker and its master say to each other. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_AGENT_ID } from '../agent.ts';
import {
  MAX_AGENT_ROWS,
  MAX_AGENT_STRING,
  MAX_AGENT_STRINGS,
  MAX_FULL_ROWS,
  MAX_LABELS,
  MAX_RANGE_PARTS,
} from '../limits.ts';
import { Count, Fields, Milliseconds } from './parts.ts';

/** An agent's id, 1 to 2^31 - 1. */
export const AgentId = Type.Integer({ minimum: 1, maximum: MAX_AGENT_ID });
/** A bound of a range of ids. */
const RangeBound = Type.Integer({ minimum: 0, maximum: MAX_AGENT_ID });
const Word32 = Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 });

/** `[count, a, b]` of `RangeDigest`. */
export const DigestSumSchema = Type.Tuple([Count, Word32, Word32]);

/** One range and the digest that the asker has of it. */
export const RangePart = Type.Tuple([RangeBound, RangeBound, DigestSumSchema]);
export type RangePart = Static<typeof RangePart>;

const StatusNumber = Type.Integer({ minimum: 0, maximum: 3 });
const CodeNumber = Type.Integer({ minimum: 0, maximum: 5 });
/** Milliseconds before `sentMs`; whole. */
const Age = Count;
/** The same, or -1: it is not disconnected. */
const AgeOrNever = Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER });
/** An index into `strings`; whoever reads checks that it is one. */
const StringIndex = Type.Integer({ minimum: 0, maximum: MAX_AGENT_STRINGS });

/** `[id, revision, age]`: it lives, and all else is as it was. */
export const AliveRow = Type.Tuple([AgentId, Count, Age]);
export type AliveRow = Static<typeof AliveRow>;

/** `[id, revision, age, status, code, disconnected age]`. */
export const StatusRow = Type.Tuple([AgentId, Count, Age, StatusNumber, CodeNumber, AgeOrNever]);
export type StatusRow = Static<typeof StatusRow>;

/** As `StatusRow`, then the texts of `agentInfoFields` as indices, then keys and values of labels in turn. */
export const FullRow = Type.Tuple([
  AgentId,
  Count,
  Age,
  StatusNumber,
  CodeNumber,
  AgeOrNever,
  Type.Array(StringIndex, { minItems: 17, maxItems: 17 + 2 * MAX_LABELS }),
]);
export type FullRow = Static<typeof FullRow>;

/** A text of a batch; one of 32 lower-case hexadecimal digits (an MD5) as its 16 bytes. */
const BatchString = Type.Union([
  Type.String({ maxLength: MAX_AGENT_STRING }),
  Type.Uint8Array({ minByteLength: 16, maxByteLength: 16 }),
]);

/** A worker's batch of statuses; one is in flight on a link at a time. The rows of one agent are of one kind. */
export const AgentStatuses = Fields({
  type: Type.Literal('agent-statuses'),
  /** Of this link: 1, 2, … */
  batch: Count,
  /** The sender's node time, ms, when it was sent; ages count back from it. */
  sentMs: Milliseconds,
  /** Each text once. */
  strings: Type.Array(BatchString, { maxItems: MAX_AGENT_STRINGS }),
  full: Type.Array(FullRow, { maxItems: MAX_FULL_ROWS }),
  status: Type.Array(StatusRow, { maxItems: MAX_AGENT_ROWS }),
  alive: Type.Array(AliveRow, { maxItems: MAX_AGENT_ROWS }),
});
export type AgentStatuses = Static<typeof AgentStatuses>;

const Ids = Type.Array(AgentId, { maxItems: MAX_AGENT_ROWS });

/** Answers `agent-statuses` and `held-agents`, after the store has committed: what is in no list is held. `MergeOutcome`. */
export const AgentsTaken = Fields({
  type: Type.Literal('agents-taken'),
  /** The number of the last `agents-moved` that was sent on this link before: those are older than this answer, later ones newer. */
  moved: Count,
  lost: Ids,
  wanted: Ids,
  unknown: Ids,
});
export type AgentsTaken = Static<typeof AgentsTaken>;

/** These agents report elsewhere now: the worker has them no more. */
export const AgentsMoved = Fields({
  type: Type.Literal('agents-moved'),
  /** Of this link: 1, 2, … */
  number: Count,
  ids: Ids,
});
export type AgentsMoved = Static<typeof AgentsMoved>;

/** The digest of the worker's last beat is not the one of what the master holds from it: the worker shall compare by ranges. */
export const AgentsDiffer = Fields({ type: Type.Literal('agents-differ') });
export type AgentsDiffer = Static<typeof AgentsDiffer>;

const Parts = Type.Array(RangePart, { minItems: 1, maxItems: MAX_RANGE_PARTS });
/** Indices into the parts that were asked. */
const Differing = Type.Array(Type.Integer({ minimum: 0, maximum: MAX_RANGE_PARTS - 1 }), { maxItems: MAX_RANGE_PARTS });

/** A worker asks in which of these ranges the master holds something else from it. */
export const CheckAgents = Fields({ type: Type.Literal('check-agents'), parts: Parts });
export type CheckAgents = Static<typeof CheckAgents>;

/** Answers `check-agents`. */
export const AgentsChecked = Fields({ type: Type.Literal('agents-checked'), differing: Differing });
export type AgentsChecked = Static<typeof AgentsChecked>;

/**
 * What a worker believes that the master holds from it, in one range. The master answers `agents-taken`
 * with `wanted` for what it does not hold so, `lost` for what another node has, and takes this worker's name from what is not listed.
 */
export const HeldAgents = Fields({
  type: Type.Literal('held-agents'),
  from: RangeBound,
  to: RangeBound,
  /** `[id, revision]` */
  rows: Type.Array(Type.Tuple([AgentId, Count]), { maxItems: MAX_AGENT_ROWS }),
});
export type HeldAgents = Static<typeof HeldAgents>;

/** In a worker's beat: what it believes that the master holds from it. */
export const AgentsMark = Fields({
  /** Its node time now, ms: the master measures the offset of the two by it. */
  timeMs: Milliseconds,
  /** The last batch that was confirmed and the last `agents-moved` that was taken in, on this link. */
  batch: Count,
  moved: Count,
  /** Updates of before this link, or asked for again by a comparison, that are not confirmed yet. The digest counts when there are none. */
  backlog: Count,
  digest: DigestSumSchema,
});
export type AgentsMark = Static<typeof AgentsMark>;

export { Differing, Parts, RangeBound };
