/** What the inspector asks of a node: its actors from inside, what they are told, and drills. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_SHOWN, MAX_TRACE_ROWS, MAX_VIEW_ROWS } from '../limits.ts';
import { ActorPath, ActorView } from './control.ts';
import { Count, Fields, Milliseconds, NodeNameSchema, RoleSchema, Text, Version, Wall, Words } from './parts.ts';

/** What a message or a state is, as JSON, redacted and cut where it was made. For people only. */
const Shown = Type.String({ maxLength: MAX_SHOWN });
const MessageTypeName = Type.String({ maxLength: 256 });

/** Asks for one actor from inside. */
export const GetActor = Fields({ type: Type.Literal('get-actor'), path: ActorPath });
export type GetActor = Static<typeof GetActor>;

/** A message that an actor handled. */
export const HandledMessage = Fields({
  agoMs: Milliseconds,
  type: MessageTypeName,
  shown: Shown,
  handlingMs: Milliseconds,
});
export type HandledMessage = Static<typeof HandledMessage>;

/** Answers `get-actor`. */
export const ActorDetail = Fields({
  type: Type.Literal('actor'),
  row: ActorView,
  upMs: Milliseconds,
  capacity: Count,
  overflowed: Count,
  /** Pieces of work outside the mailbox that are under way. */
  inFlight: Count,
  /** Absent for a supervisor, and for an actor that is down. */
  state: Type.Optional(Shown),
  /** Own children, not theirs. */
  children: Type.Array(ActorView, { maxItems: MAX_VIEW_ROWS }),
  /** The last that it handled since somebody first looked, oldest first. */
  messages: Type.Array(HandledMessage, { maxItems: 32 }),
  lastErrorAgoMs: Type.Optional(Milliseconds),
  /** What `tell-actor` and `ask-actor` may send it. */
  operations: Type.Array(Fields({ form: Words(['tell', 'ask']), type: MessageTypeName, about: Text, example: Shown }), {
    maxItems: 32,
  }),
});
export type ActorDetail = Static<typeof ActorDetail>;

/** Asks for the messages that reached nobody. */
export const GetDeadLetters = Fields({ type: Type.Literal('get-dead-letters') });
export type GetDeadLetters = Static<typeof GetDeadLetters>;

/** Answers `get-dead-letters`: the last 256 at most, oldest first. */
export const DeadLetterList = Fields({
  type: Type.Literal('dead-letters'),
  /** Since the start. */
  count: Count,
  rows: Type.Array(
    Fields({
      agoMs: Milliseconds,
      to: ActorPath,
      message: MessageTypeName,
      shown: Shown,
      reason: Words(['stopped', 'overflow', 'refused', 'asker-gone']),
    }),
    { maxItems: 256 },
  ),
});
export type DeadLetterList = Static<typeof DeadLetterList>;

/** Asks for the links of the node to other nodes. */
export const GetLinks = Fields({ type: Type.Literal('get-links') });
export type GetLinks = Static<typeof GetLinks>;

export const LinkRow = Fields({
  peer: NodeNameSchema,
  role: RoleSchema,
  version: Version,
  address: Type.String({ maxLength: 256 }),
  sinceMs: Milliseconds,
  /** Its clock minus ours, as the hello said. */
  skewMs: Wall,
  /** There and back of one ping, made for this answer. Absent: none came back in time. */
  roundTripMs: Type.Optional(Milliseconds),
  /** Before encryption. `bulk`: stream bytes; the rest is control. */
  sentBytes: Count,
  receivedBytes: Count,
  sentBulkBytes: Count,
  receivedBulkBytes: Count,
  /** Bytes that wait to be sent, streams that are open, questions without an answer. */
  queuedBytes: Count,
  streams: Count,
  asks: Count,
});
export type LinkRow = Static<typeof LinkRow>;

/** Answers `get-links`. */
export const LinkList = Fields({
  type: Type.Literal('links'),
  rows: Type.Array(LinkRow, { maxItems: MAX_VIEW_ROWS }),
  /** Links that opened since the start, beyond the first to each peer. */
  reconnects: Count,
});
export type LinkList = Static<typeof LinkList>;

/**
 * Asks for messages that actors whose path fits `pattern` handle from now on: `*` is anything but `/`, `**` anything.
 * The first question names no session; the answer does. A session that is not asked for 10 s is over.
 */
export const GetTrace = Fields({
  type: Type.Literal('get-trace'),
  pattern: Type.String({ minLength: 1, maxLength: 512 }),
  session: Type.Optional(Count),
});
export type GetTrace = Static<typeof GetTrace>;

/** Answers `get-trace`, at once: what was handled since the last question. */
export const Trace = Fields({
  type: Type.Literal('trace'),
  session: Count,
  rows: Type.Array(
    Fields({
      agoMs: Milliseconds,
      path: ActorPath,
      message: MessageTypeName,
      shown: Shown,
      waitMs: Milliseconds,
      handlingMs: Milliseconds,
    }),
    { maxItems: MAX_TRACE_ROWS },
  ),
  /** Left out since the last question: beyond the rate that is shown. */
  dropped: Count,
  /** Actors that fit the pattern now. */
  actors: Count,
});
export type Trace = Static<typeof Trace>;

/** The actor at `path` is ended in good order and begins anew, outside its supervisor's budget. */
export const RestartActor = Fields({ type: Type.Literal('restart-actor'), path: ActorPath });
export type RestartActor = Static<typeof RestartActor>;

/** A message for the actor at `path`, as JSON: one of those that its `operations` name. */
export const TellActor = Fields({ type: Type.Literal('tell-actor'), path: ActorPath, message: Shown });
export type TellActor = Static<typeof TellActor>;

/** The same, of which an answer is wanted. */
export const AskActor = Fields({ type: Type.Literal('ask-actor'), path: ActorPath, message: Shown });
export type AskActor = Static<typeof AskActor>;

/** Answers `ask-actor`, as JSON, redacted. */
export const ActorAnswer = Fields({ type: Type.Literal('actor-answer'), shown: Shown, tookMs: Milliseconds });
export type ActorAnswer = Static<typeof ActorAnswer>;

/** Sends the actor at `path` `count` empty messages, one after the other, and measures how long each waits for its turn. */
export const BenchActor = Fields({
  type: Type.Literal('bench-actor'),
  path: ActorPath,
  count: Type.Integer({ minimum: 1, maximum: 10_000 }),
});
export type BenchActor = Static<typeof BenchActor>;

/** Answers `bench-actor`. */
export const Bench = Fields({
  type: Type.Literal('bench'),
  /** Those that came back within 1.5 s. */
  count: Count,
  tookMs: Milliseconds,
  p50Ms: Milliseconds,
  p99Ms: Milliseconds,
  maxMs: Milliseconds,
});
export type Bench = Static<typeof Bench>;
