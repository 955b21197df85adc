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
  /** Files. */
  'generation',
  'synced',
  'repaired',
  'held',
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
});
export type EventRow = Static<typeof EventRow>;

/** Asks for the events after `after`, oldest first; or, with `last`, for so many of the newest. */
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
