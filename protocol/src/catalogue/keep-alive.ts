/** What keep-alive actors tell each other. */
import { type Static, Type } from '@sinclair/typebox';
import { GroupsMark } from './agent-groups.ts';
import { AgentsMark } from './agent-info.ts';
import { Count, Fields, Generation, Milliseconds, SyncState, Text, Wall } from './parts.ts';

/** Sent every interval, both ways. */
export const Beat = Fields({
  type: Type.Literal('beat'),
  sequence: Count,
  /** The sender's wall clock, ms since 1970. */
  wallMs: Wall,
  /** The generation that the sender's disk holds (worker) or has published (master). Absent: none yet. */
  holds: Type.Optional(Generation),
  state: SyncState,
  files: Count,
  /** The 99th percentile of the sender's event-loop delay since its last beat, ms. */
  loopDelayMs: Milliseconds,
  /** Plain words on why the sender is not in sync; at most 2,000 characters. */
  why: Type.Optional(Text),
  /** Of a worker: what it believes that the master holds of its agents. */
  agents: Type.Optional(AgentsMark),
  /** The agents' groups that the sender holds. */
  groups: Type.Optional(GroupsMark),
});
export type Beat = Static<typeof Beat>;
