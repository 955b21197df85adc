/** The parts that the schemas of messages are made of. Each is bounded. */
import { Kind, type Static, type TProperties, type TSchema, Type, TypeRegistry } from '@sinclair/typebox';
import { type ActorName, nodeNamePattern } from '../ids.ts';
import { MAX_HELD_PATH, MAX_PATH, MAX_TEXT } from '../limits.ts';
import { checkPath } from '../path.ts';

const isString = (value: unknown): value is string => typeof value === 'string';

TypeRegistry.Set('muster:path', (_schema, value) => isString(value) && checkPath(value) === undefined);
TypeRegistry.Set(
  'muster:held-path',
  (_schema, value) => isString(value) && value !== '' && value.length <= MAX_HELD_PATH && !value.includes('\0'),
);

/** A map with these fields and no others. */
export const Fields = <T extends TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

/** One of a few words. */
export const Words = <const T extends readonly string[]>(words: T) =>
  Type.Unsafe<T[number]>(Type.Union(words.map((word) => Type.Literal(word))));

/** A whole number from 0 to 2^53 - 1. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Milliseconds, a fraction allowed. */
export const Milliseconds = Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Milliseconds since 1970, or a difference of two such. */
export const Wall = Type.Number({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });

export const NodeNameSchema = Type.String({ pattern: nodeNamePattern });
export const RoleSchema = Words(['master', 'worker']);
export const ActorNameSchema = Words([
  'keep-alive',
  'integrity',
  'file-sync',
  'agent-info',
  'agent-groups',
  'registration',
  'control',
] satisfies ActorName[]);

/** BLAKE2b-512, raw. */
export const Digest = Type.Uint8Array({ minByteLength: 64, maxByteLength: 64 });

/** A path that `checkPath` accepts. */
export const Path = Type.Unsafe<string>({ [Kind]: 'muster:path', type: 'string', minLength: 1, maxLength: MAX_PATH });

/** A path as it is shown: it may hold what `checkPath` refuses, save NUL. It never names a file to write. */
export const HeldPath = Type.Unsafe<string>({
  [Kind]: 'muster:held-path',
  type: 'string',
  minLength: 1,
  maxLength: MAX_HELD_PATH,
});

/** Plain words for people. Whoever shows them escapes what a terminal or log could take amiss. */
export const Text = Type.String({ maxLength: MAX_TEXT });

/** A stable name for programs: `ENOENT`, `too-large`. */
export const Code = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

export const Version = Type.String({ maxLength: 64 });
export const ClusterName = Type.String({ maxLength: 512 });

export const Generation = Fields({ epoch: Count, generation: Count });

/** How far a node is with its files. */
export const SyncState = Words(['starting', 'in-sync', 'syncing', 'held', 'failing']);
export type SyncState = Static<typeof SyncState>;

/** How far a node is with its files, as another sees it. `unknown`: it is not there to say. */
export const SeenSync = Words(['starting', 'in-sync', 'syncing', 'held', 'failing', 'unknown']);
export type SeenSync = Static<typeof SeenSync>;

/** Every field name below `schema`. */
export function fieldNames(schema: TSchema): readonly string[] {
  if ('properties' in schema)
    return Object.entries(schema.properties as TProperties).flatMap(([name, inner]) => [name, ...fieldNames(inner)]);
  const inner = [schema.anyOf, schema.items].flat().filter((part) => typeof part === 'object') as TSchema[];
  return inner.flatMap(fieldNames);
}
