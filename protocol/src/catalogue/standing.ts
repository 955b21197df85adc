/** When each kind of work of a worker was last begun and ended: what `cluster_control -i` and the healthcheck show. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_HEALTHCHECK_ROWS, MAX_VIEW_ROWS } from '../limits.ts';
import { Count, Fields, Milliseconds, NodeNameSchema, RoleSchema, Version } from './parts.ts';

/** How long before the answer it began and ended, whole ms: ages, for clocks of nodes differ. It never ends before it began. */
const span = { startAgoMs: Milliseconds, endAgoMs: Milliseconds };

/** What a worker did last, since its process started; restarts of its actors lose nothing. Absent: never. Of each kind neither date runs back. */
const work = {
  /**
   * Its disk was compared with the master's newest generation. It began with the scan (of all, or of the directories that
   * changed) that found what was compared, or, when the generation was what was new, with its announcement. Where
   * nothing changes that is every 5 minutes (`integrity.reconcile_every`), for changes are watched for.
   */
  checked: Type.Optional(Fields(span)),
  /**
   * Its disk was changed to be the same: from the first byte that was asked for until all of it was durable. Files that
   * were written and had been missing here, that were written over others (shared), that were deleted (extra); those
   * that could not be are not counted. All are 0 where directories or modes alone were mended.
   */
  synced: Type.Optional(Fields({ ...span, missing: Count, shared: Count, extra: Count })),
  /** A generation's list of files is fetched, or files are fetched and written. Not: the disk is only read. */
  syncing: Type.Boolean(),
  /**
   * Statuses were sent, and the master confirmed them. Batches that left within 250 ms of the answer to the one before are
   * one run, for 10 s at most; of a run that goes on this is what is confirmed of it. Chunks: messages. Agents: statuses.
   */
  agentInfo: Type.Optional(Fields({ ...span, chunks: Count, agents: Count })),
  /** A batch waits for the master's answer. */
  sendingAgents: Type.Boolean(),
  /** Changes of groups were taken over: from the first message's arrival until they were written. Chunks: messages that waited for one another. */
  agentGroups: Type.Optional(Fields({ ...span, chunks: Count })),
  /** All groups were compared with the master's and taken over, which is done only where something differs. Chunks: questions to the master. */
  agentGroupsFull: Type.Optional(Fields({ ...span, chunks: Count })),
};

/** Asked of a worker by its master. */
export const GetStanding = Fields({ type: Type.Literal('get-standing') });
export type GetStanding = Static<typeof GetStanding>;

/** Answers `get-standing`. A master has done none of it. */
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
  /** As in `cluster`. */
  address: Type.String({ maxLength: 256 }),
  /** Agents that the master knows as active and that reported here last; 000 is none. */
  activeAgents: Count,
  /** Of a worker that is linked: since its last beat, or since it linked when none came yet. A worker without it is not linked. */
  lastKeepAliveAgoMs: Type.Optional(Milliseconds),
  /** Of a worker: the last that it said to this process of the master, also when its link is gone; absent: nothing yet. Its ages count from this answer, however old it is. */
  work: Type.Optional(Fields(work)),
  /** It could not be asked now (it hangs, or is not linked): `work` is what it said so long ago. */
  staleMs: Type.Optional(Milliseconds),
});
export type HealthcheckRow = Static<typeof HealthcheckRow>;

/** Answers `get-healthcheck`, within 0.9 s whoever hangs: the master first, then linked workers in the order of their links, then the others by name. What does not fit one frame (some 430 workers) is left out: it is asked for by name. */
export const Healthcheck = Fields({
  type: Type.Literal('healthcheck'),
  rows: Type.Array(HealthcheckRow, { maxItems: MAX_HEALTHCHECK_ROWS }),
});
export type Healthcheck = Static<typeof Healthcheck>;
