/** One event as it lies in the store: its id is the key. */
import { clip, type EventKind, type EventRow, eventKinds } from '@muster/protocol';

const kinds: ReadonlySet<string> = new Set(eventKinds);

/** UTF-16 units: 10,000 rows of this length are some 8 MB. */
export const MAX_EVENT_TEXT = 500;
export const MAX_EVENT_SUBJECT = 200;

/** What happened, before it has an id. */
export interface Happening {
  readonly kind: EventKind;
  readonly subject: string;
  readonly text: string;
  /** Wall clock, ms. */
  readonly atMs: number;
  readonly times?: number;
}

export const clipped = (event: Happening): Happening => ({
  ...event,
  subject: clip(event.subject, MAX_EVENT_SUBJECT),
  text: clip(event.text, MAX_EVENT_TEXT),
});

export const encodeEvent = ({ kind, atMs, subject, text, times }: Happening): Uint8Array =>
  new TextEncoder().encode(JSON.stringify([kind, atMs, subject, text, ...(times === undefined ? [] : [times])]));

/** Undefined for what is no event, or of a kind that only a later version knows. */
export function decodeEvent(id: number, bytes: Uint8Array): EventRow | undefined {
  const value = parsed(bytes);
  if (!Array.isArray(value)) return undefined;
  const [kind, atMs, subject, text, times] = value as readonly unknown[];
  if (typeof kind !== 'string' || !kinds.has(kind)) return undefined;
  if (typeof atMs !== 'number' || typeof subject !== 'string' || typeof text !== 'string') return undefined;
  const row = { id, atMs, kind: kind as EventKind, subject, text };
  return typeof times === 'number' ? { ...row, times } : row;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Bytes that are no JSON are no event.
    return undefined;
  }
}
