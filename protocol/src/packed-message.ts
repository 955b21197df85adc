/** The step between a message and its msgpack: the fields that its row of the catalogue packs. */
import { catalogue } from './catalogue/index.ts';
import type { Envelope, Violation } from './envelope.ts';
import { breach } from './violation.ts';

/** `envelope` as msgpack takes it: itself, or a copy. Of a good envelope. */
export function packFields(envelope: Envelope): unknown {
  if (!('message' in envelope)) return envelope;
  const packed = catalogue.get(envelope.message.type)?.packed;
  if (packed === undefined) return envelope;
  const message: Record<string, unknown> = { ...envelope.message };
  for (const [name, field] of Object.entries(packed))
    if (message[name] !== undefined) message[name] = field.pack(message[name]);
  return { ...envelope, message };
}

/** Puts the lists in the place of what was packed, in a decoded envelope of which nothing is known yet. */
export function unpackFields(envelope: unknown): Violation | undefined {
  const message: unknown = fieldOf(envelope, 'message');
  const type = fieldOf(message, 'type');
  const packed = typeof type === 'string' ? catalogue.get(type)?.packed : undefined;
  if (packed === undefined) return undefined;
  const fields = message as Record<string, unknown>;
  for (const [name, field] of Object.entries(packed)) {
    if (fields[name] === undefined) continue;
    const list = field.unpack(fields[name]);
    if (list === undefined) return breach('bad-message', `a '${type}' with '${name}' that cannot be unpacked`);
    fields[name] = list;
  }
  return undefined;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
