/** The shape of every envelope, and who may send it. */
import { type TSchema, Type } from '@sinclair/typebox';
import type { Form, Sender } from './catalogue/index.ts';
import {
  ActorNameSchema,
  ClusterName,
  Code,
  Count,
  Fields,
  NodeNameSchema,
  RoleSchema,
  Text,
  Version,
  Wall,
  Words,
} from './catalogue/parts.ts';
import type { CloseCode, Envelope } from './envelope.ts';
import { MAX_CREDIT } from './limits.ts';

/** Every reason for which a link is refused or closed. */
export const closeCodes = [
  'wrong-cluster',
  'wrong-role',
  'name-taken',
  'name-is-masters',
  'bad-name',
  'protocol-range',
  'identity-mismatch',
  'not-welcome',
  'protocol-violation',
  'replaced',
  'silent',
  'shutting-down',
  'overloaded',
] as const satisfies readonly CloseCode[];

export interface EnvelopeEntry {
  /** The message inside, where there is one, is any map here: it is checked against the catalogue afterwards. */
  readonly schema: TSchema;
  readonly from: readonly Sender[];
  /** The form that the message inside must have. */
  readonly form?: Form;
}

const kind = <K extends Envelope['kind']>(name: K) => Type.Literal(name);
const Message = Type.Object({ type: Type.String({ maxLength: 64 }) });
const Version16 = Type.Integer({ minimum: 0, maximum: 65_535 });
/** Unique among the sender's asks in flight. */
const Id = Count;
/** u32, for data frames carry it. */
const Stream = Type.Integer({ minimum: 1, maximum: 0xffff_ffff });
const closing = { code: Words(closeCodes), text: Text };
const anyNode: readonly Sender[] = ['master', 'worker'];
const anyone: readonly Sender[] = ['master', 'worker', 'local', 'daemon'];

const table: Readonly<Record<Envelope['kind'], EnvelopeEntry>> = {
  hello: {
    schema: Fields({
      kind: kind('hello'),
      protocol: Fields({ min: Version16, max: Version16 }),
      cluster: ClusterName,
      // Not NodeNameSchema: a bad name gets the refusal `bad-name`, not a violation.
      node: Type.String({ maxLength: 256 }),
      role: RoleSchema,
      version: Version,
      wallMs: Wall,
    }),
    from: ['worker'],
  },
  welcome: {
    schema: Fields({
      kind: kind('welcome'),
      protocol: Version16,
      node: NodeNameSchema,
      version: Version,
      wallMs: Wall,
    }),
    from: ['master'],
  },
  refuse: { schema: Fields({ kind: kind('refuse'), ...closing }), from: ['master', 'daemon'] },
  tell: { schema: Fields({ kind: kind('tell'), to: ActorNameSchema, message: Message }), from: anyNode, form: 'tell' },
  ask: {
    schema: Fields({ kind: kind('ask'), id: Id, to: ActorNameSchema, message: Message }),
    from: ['master', 'worker', 'local'],
    form: 'ask',
  },
  reply: {
    schema: Fields({ kind: kind('reply'), id: Id, message: Message }),
    from: ['master', 'worker', 'daemon'],
    form: 'reply',
  },
  failure: {
    schema: Fields({ kind: kind('failure'), id: Id, code: Code, text: Text }),
    from: ['master', 'worker', 'daemon'],
  },
  open: {
    schema: Fields({
      kind: kind('open'),
      stream: Stream,
      to: ActorNameSchema,
      message: Message,
      credit: Type.Integer({ minimum: 0, maximum: MAX_CREDIT }),
    }),
    from: anyNode,
    form: 'stream',
  },
  credit: {
    schema: Fields({
      kind: kind('credit'),
      stream: Stream,
      bytes: Type.Integer({ minimum: 1, maximum: MAX_CREDIT }),
    }),
    from: ['worker'],
  },
  end: { schema: Fields({ kind: kind('end'), stream: Stream }), from: ['master'] },
  abort: { schema: Fields({ kind: kind('abort'), stream: Stream, code: Code, text: Text }), from: anyNode },
  ping: { schema: Fields({ kind: kind('ping'), id: Id }), from: anyone },
  pong: { schema: Fields({ kind: kind('pong'), id: Id }), from: anyone },
  goodbye: { schema: Fields({ kind: kind('goodbye'), ...closing }), from: anyone },
};

/** By kind. */
export const envelopes: ReadonlyMap<string, EnvelopeEntry> = new Map(Object.entries(table));

/** Who may send stream data: today only the master has bytes to give. */
export const dataSenders: readonly Sender[] = ['master'];
