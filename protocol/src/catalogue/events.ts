/** What happened at a node: kept in its store, 10,000 entries. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_EVENT_ROWS } from '../limits.ts';
import { Count, Fields, Text, Wall, Words } from './parts.ts';

export const eventKinds = [
  /** The node itself. */
  'started',
  'stopped',
  /** Another node, as keep-alive sees it. */
  'joined',
  'suspect',
  'lost',
  'left',
  'forgotten',
  'refused',
  /** The master cannot be reached: a worker's word. */
  'unreachable',
  /** Files. */
  'generation',
  'synced',
  'repaired',
  'held',
  'failing',
  /** Actors. */
  'crashed',
  'restarted',
  /** HAProxy. */
  'balanced',
  'drained',
  'undrained',
  /** Agents. */
  'registered',
  'removed',
  /** An operator, through a door of this node. */
  'operated',
  /** Events that were left out: too many of a kind, or the store could not be written. */
  'omitted',
] as const;
export type EventKind = (typeof eventKinds)[number];

export const EventRow = Fields({
  /** Grows by one with each event of this node, over its restarts. */
  id: Count,
  atMs: Wall,
  kind: Words(eventKinds),
  /** The node, agent, actor or HAProxy that it happened to. */
  subject: Type.String({ maxLength: 512 }),
  /** Plain words. */
  text: Text,
  /** So many of the same within the time that the text tells, the last of them in words. Absent: one. */
  times: Type.Optional(Count),
});
export type EventRow = Static<typeof EventRow>;

/**
 * Asks for the events after `after`, oldest first; or, with `last`, for so many of the newest, of those after
 * `after` where that is given, too. An `after` beyond the newest is of a journal that was lost: it counts as 0.
 */
export const GetEvents = Fields({
  type: Type.Literal('get-events'),
  after: Type.Optional(Count),
  last: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_EVENT_ROWS })),
  kind: Type.Optional(Words(eventKinds)),
});
export type GetEvents = Static<typeof GetEvents>;

/** Answers `get-events`. */
export const Events = Fields({
  type: Type.Literal('events'),
  rows: Type.Array(EventRow, { maxItems: MAX_EVENT_ROWS }),
  /** Ask again after this. */
  next: Count,
  /** There is more already. */
  more: Type.Boolean(),
});
export type Events = Static<typeof Events>;
