/** How long a value of a schema can be as msgpack, at most. */
import type { TSchema } from '@sinclair/typebox';

/** Longest match of each pattern; all match ASCII alone. */
const lengthOf = (pattern: string): number => Number(/[{,](\d+)\}\$$/.exec(pattern)?.[1]);
/** What stands before so many bytes, or items. */
const head = (length: number): number => (length < 32 ? 1 : length < 256 ? 2 : length < 65_536 ? 3 : 5);
const withHead = (length: number): number => head(length) + length;

/** Bytes; `Infinity` where the schema sets no bound. Strings are counted at 3 bytes of UTF-8 a UTF-16 unit, numbers as doubles, maps and arrays with their longest heads. */
export function longest(schema: TSchema): number {
  if (schema.anyOf) return Math.max(...(schema.anyOf as TSchema[]).map(longest));
  if (schema.const !== undefined) return withHead(String(schema.const).length);
  switch (schema.type) {
    case 'object':
      return Object.entries(schema.properties as Record<string, TSchema>).reduce(
        (sum, [name, field]) => sum + 1 + name.length + longest(field),
        3,
      );
    case 'array':
      return 5 + itemsOf(schema);
    case 'string':
      return withHead(schema.pattern ? lengthOf(schema.pattern) : 3 * (schema.maxLength ?? Number.POSITIVE_INFINITY));
    // A digest: shorter than 256 bytes.
    case 'Uint8Array':
      return 2 + (schema.maxByteLength ?? Number.POSITIVE_INFINITY);
    case 'boolean':
      return 1;
    default:
      return 9;
  }
}

function itemsOf({ items, maxItems = Number.POSITIVE_INFINITY }: TSchema): number {
  return Array.isArray(items)
    ? (items as TSchema[]).reduce((sum, item) => sum + longest(item), 0)
    : maxItems * longest(items as TSchema);
}
