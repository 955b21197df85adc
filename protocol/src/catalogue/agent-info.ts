/** What the agent-info actors of a worker and its master say to each other. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_AGENT_ID } from '../agent.ts';
import { MAX_AGENT_ROWS, MAX_AGENT_STRINGS, MAX_FRAME, MAX_RANGE_PARTS } from '../limits.ts';
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

/**
 * A worker's batch of statuses; one is in flight on a link at a time. An agent is in it once. `packBatch` makes
 * one of updates, `unpackBatch` reads it.
 */
export const AgentStatuses = Fields({
  type: Type.Literal('agent-statuses'),
  /** Of this link: 1, 2, … */
  batch: Count,
  /** The sender's node time, ms, when it was sent; ages count back from it. */
  sentMs: Milliseconds,
  /** Every text of the batch once, one after the other. */
  texts: Type.String({ maxLength: MAX_FRAME }),
  /** Those texts that are 32 lower-case hexadecimal digits (an MD5), as 16 bytes each. */
  sums: Type.Uint8Array({ maxByteLength: 16 * MAX_AGENT_STRINGS }),
  /** Lengths of texts, and rows (README, "Batches of statuses"). */
  rows: Type.Uint8Array({ maxByteLength: MAX_FRAME }),
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
 * with `lost` for what another node has, and with `wanted` for what it does not hold so; from what is not listed it takes this worker's name, and wants it too.
 */
export const HeldAgents = Fields({
  type: Type.Literal('held-agents'),
  from: RangeBound,
  to: RangeBound,
  /** `[id, revision]` */
  rows: Type.Array(Type.Tuple([AgentId, Count]), { maxItems: MAX_AGENT_ROWS }),
});
export type HeldAgents = Static<typeof HeldAgents>;

/** Far below the end of numbers: the master counts on from it, whatever a worker says. */
const MovesCount = Type.Integer({ minimum: 0, maximum: 2 ** 48 });

/** In a worker's beat: what it believes that the master holds from it. */
export const AgentsMark = Fields({
  /** Its node time now, ms: the master measures the offset of the two by it. */
  timeMs: Milliseconds,
  /** The last batch that was confirmed and the last `agents-moved` that was taken in, on this link. */
  batch: Count,
  moved: MovesCount,
  /** Updates of before this link, or asked for again by a comparison, that are not confirmed yet. The digest counts when there are none. */
  backlog: Count,
  digest: DigestSumSchema,
});
export type AgentsMark = Static<typeof AgentsMark>;

export { Differing, Parts, RangeBound };
