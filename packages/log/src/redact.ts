import { types } from 'node:util';
import { maxTextLength } from './escape.ts';

/** A field is secret when this is the last word of its name: `key`, `cluster_key`, `clientCertPassword`, `api-token`. */
const secretWords = new Set(['key', 'password', 'passphrase', 'token', 'secret', 'psk', 'authorization']);
const mask = '*****';
const maxDepth = 6;
const maxMembers = 100;

/** Whether the value of a field of this name is never logged. */
export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/);
  return secretWords.has((words.at(-1) ?? '').toLowerCase());
}

/**
 * A copy that JSON can hold: secrets masked, cycles cut, at most 6 deep and 100 members each.
 * Calls no code of the value but getters; one that throws is shown as such. Never throws.
 */
export const redact = (value: unknown): unknown => plain(value, new Set());

function plain(value: unknown, above: ReadonlySet<unknown>): unknown {
  if (typeof value === 'string') return value.length > maxTextLength ? `${value.slice(0, maxTextLength)}...` : value;
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'function') return '(function)';
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '(circular)';
  if (above.size >= maxDepth) return '(too deep)';
  const inside = new Set(above).add(value);
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (types.isNativeError(value)) return { name: value.name, message: value.message, ...members(value, inside) };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Map)
    return plainMembers(
      [...value].map(([key, member]) => [String(key), () => member]),
      inside,
    );
  if (value instanceof Set || Array.isArray(value))
    return [...value].slice(0, maxMembers).map((item) => plain(item, inside));
  return members(value, inside);
}

const members = (value: object, inside: ReadonlySet<unknown>): Readonly<Record<string, unknown>> =>
  plainMembers(
    Object.keys(value).map((name) => [name, () => (value as Readonly<Record<string, unknown>>)[name]]),
    inside,
  );

function plainMembers(
  rows: readonly (readonly [name: string, read: () => unknown])[],
  inside: ReadonlySet<unknown>,
): Readonly<Record<string, unknown>> {
  const shown = rows.slice(0, maxMembers).map(([name, read]) => [name, member(name, read, inside)] as const);
  const more = rows.length - shown.length;
  return Object.fromEntries(more > 0 ? [...shown, ['(more)', more]] : shown);
}

function member(name: string, read: () => unknown, inside: ReadonlySet<unknown>): unknown {
  if (isSecretName(name)) return mask;
  try {
    return plain(read(), inside);
  } catch {
    return '(unreadable)';
  }
}

/** A name, what stands between, a value: `key=…`, `password: …`, `"token": "…"`, `<key>…`, `Authorization: Bearer …`. */
const namedValue =
  /(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{1,64})(["']?\s{0,2}[:=]\s{0,2}["']?|>)((?:Bearer|Basic)\s+[^\s"'<>,;]+|[^\s"'<>,;]+)/gi;
/** The key of an agent, as client.keys has it; a digest looks the same, and nobody misses it. */
const longHex = /\b[0-9a-f]{64}\b/gi;

/** The same for text: values that a name or their shape give away are masked, and `secrets` wherever they stand. */
export function redactText(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter((secret) => secret !== '').reduce((left, secret) => left.replaceAll(secret, mask), text);
  return known
    .replace(namedValue, (all, name: string, between: string) =>
      isSecretName(name) ? `${name}${between}${mask}` : all,
    )
    .replace(longHex, mask);
}
