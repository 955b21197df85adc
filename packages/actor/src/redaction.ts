import type { AnyBehaviour } from './behaviour.ts';

/** Keys whose values are never shown. Broad on purpose: hiding too much costs less than showing a key. */
const secretKey = /key|secret|passw|token|credential|psk|auth/i;
/** What is shown of a message is for a human eye: this much, no more. `characters` bounds the whole, names included. */
const limits = { depth: 4, entries: 32, text: 200, characters: 4_096 } as const;
/** What a number, a list or any other value counts for. */
const valueCost = 8;

/** The `type` of a message of a union, or what kind of value it is. */
export function typeOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return typeof message;
  const { type } = message as { readonly type?: unknown };
  if (typeof type !== 'string') return 'object';
  return type.length > limits.text ? shortened(type) : type;
}

/**
 * A copy of `value` that may be shown: values under secret-looking keys hidden, bytes as their
 * length, long texts, lists and deep objects cut. It holds nothing of `value`, and less than 16 KiB
 * whatever that is. Never throws.
 */
export function redacted(value: unknown): unknown {
  return copied(value, true);
}

/** `redact` of the behaviour if it has one, cut as the default is but with nothing hidden; the default if not. Never throws. */
export function shown(message: unknown, redact: ((message: never) => unknown) | undefined): unknown {
  if (redact === undefined) return redacted(message);
  let chosen: unknown;
  try {
    chosen = redact(message as never);
  } catch {
    return '[redaction failed]';
  }
  return copied(chosen, false);
}

/** The `redact` of a behaviour, to be called without it. */
export const redactOf = (behaviour: AnyBehaviour): ((message: unknown) => unknown) | undefined =>
  behaviour.redact === undefined ? undefined : (message) => behaviour.redact?.(message);

/** The same for its `redactState`. */
export const redactStateOf = (behaviour: AnyBehaviour): ((state: unknown) => unknown) | undefined =>
  behaviour.redactState === undefined ? undefined : (state) => behaviour.redactState?.(state);

interface Copying {
  readonly hide: boolean;
  /** Characters that may still be shown. */
  left: number;
}

function copied(value: unknown, hide: boolean): unknown {
  try {
    return copy(value, limits.depth, { hide, left: limits.characters });
  } catch {
    return '[unreadable]';
  }
}

function copy(value: unknown, depth: number, copying: Copying): unknown {
  if (copying.left <= 0) return '[…]';
  copying.left -= valueCost;
  if (typeof value === 'string') return text(value, copying);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  // Not shown as the number that it is: it may have any length, and JSON knows none.
  if (typeof value === 'bigint') return '[bigint]';
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return text(`${value.name}: ${shortened(value.message)}`, copying);
  if (depth === 0) return '[…]';
  if (Array.isArray(value)) return copyItems(value, depth, copying);
  if (value instanceof Map) return copyEntries(value, depth, copying);
  if (value instanceof Set) return copyItems(value, depth, copying);
  return copyEntries(ownEntries(value), depth, copying);
}

function copyItems(items: Iterable<unknown>, depth: number, copying: Copying): unknown {
  const shownItems: unknown[] = [];
  for (const item of items) {
    if (shownItems.length === limits.entries || copying.left <= 0) break;
    shownItems.push(copy(item, depth - 1, copying));
  }
  return shownItems;
}

function copyEntries(entries: Iterable<readonly [unknown, unknown]>, depth: number, copying: Copying): unknown {
  const pairs: [string, unknown][] = [];
  for (const [name, item] of entries) {
    if (pairs.length === limits.entries || copying.left <= 0) break;
    const key = nameOf(name, copying);
    pairs.push([key, copying.hide && secretKey.test(key) ? '[redacted]' : copy(item, depth - 1, copying)]);
  }
  return Object.fromEntries(pairs);
}

/** One by one: an object of a million entries must not be listed for the sake of the first few. */
function* ownEntries(value: object): Iterable<readonly [string, unknown]> {
  for (const key in value) if (Object.hasOwn(value, key)) yield [key, (value as Record<string, unknown>)[key]];
}

/** Not copied as texts are: as the name of a property it becomes a string of its own anyway. */
function nameOf(whole: unknown, copying: Copying): string {
  const name = String(whole).slice(0, limits.text);
  copying.left -= name.length;
  return name;
}

function text(whole: string, copying: Copying): string {
  const short = shortened(whole);
  copying.left -= short.length;
  return short;
}

/** V8 makes no slices shorter than this, it copies. */
const shortestSlice = 13;

/** A copy in memory of its own: a slice of a string keeps the whole of it alive. */
function shortened(whole: string): string {
  if (whole.length < shortestSlice) return whole;
  const kept = Buffer.from(whole.slice(0, limits.text)).toString();
  return whole.length > limits.text ? `${kept}…` : kept;
}
