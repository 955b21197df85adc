/** Keys whose values are never shown. Broad on purpose: hiding too much costs less than showing a key. */
const secretKey = /key|secret|passw|token|credential|psk|auth/i;
/** What is shown of a message is for a human eye: this much, no more. */
const limits = { depth: 4, entries: 32, text: 200 } as const;

/** The `type` of a message of a union, or what kind of value it is. */
export function typeOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return typeof message;
  const { type } = message as { readonly type?: unknown };
  return typeof type === 'string' ? type : 'object';
}

/**
 * A copy of `value` that may be shown: values under secret-looking keys hidden, bytes as their
 * length, long texts, lists and deep objects cut. Never throws.
 */
export function redacted(value: unknown): unknown {
  try {
    return copy(value, limits.depth);
  } catch {
    return '[unreadable]';
  }
}

/** `redact` of the behaviour if it has one, the default if not. Never throws. */
export function shown(message: unknown, redact: ((message: never) => unknown) | undefined): unknown {
  if (redact === undefined) return redacted(message);
  try {
    return redact(message as never);
  } catch {
    return '[redaction failed]';
  }
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > limits.text ? `${value.slice(0, limits.text)}…` : value;
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return `${value.name}: ${copy(value.message, depth)}`;
  if (depth === 0) return '[…]';
  if (Array.isArray(value)) return value.slice(0, limits.entries).map((item) => copy(item, depth - 1));
  if (value instanceof Map)
    return copyEntries(
      [...value].map(([key, item]) => [String(key), item]),
      depth,
    );
  if (value instanceof Set) return copy([...value], depth);
  return copyEntries(Object.entries(value), depth);
}

function copyEntries(entries: readonly (readonly [string, unknown])[], depth: number): unknown {
  return Object.fromEntries(
    entries
      .slice(0, limits.entries)
      .map(([key, item]) => [key, secretKey.test(key) ? '[redacted]' : copy(item, depth - 1)]),
  );
}
