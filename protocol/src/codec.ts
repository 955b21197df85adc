/** Envelopes to frames and back: msgpackr between a structural scan and compiled schemas. */

import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { Packr, Unpackr } from 'msgpackr';
import { type CatalogueEntry, catalogue, type Sender } from './catalogue/index.ts';
import { fieldNames } from './catalogue/parts.ts';
import type { Decoded, Envelope, Violation } from './envelope.ts';
import { type EnvelopeEntry, envelopes } from './envelope-schema.ts';
import { DATA_HEADER, FRAME_HEADER, MAX_DATA, MAX_FRAME } from './limits.ts';
import { packFields, unpackFields } from './packed-message.ts';
import { createScanner } from './scan.ts';
import { breach, refused } from './violation.ts';

/** The kinds of frames: the byte after the length. */
export const ENVELOPE_FRAME = 1;
export const DATA_FRAME = 2;

// `& 0xff` of pack's options is the room to leave (msgpackr, RESERVE_START_SPACE).
const LEAVE_HEADER = 2_048 + FRAME_HEADER;

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false });

const checked = <E extends { readonly schema: TSchema }>(entries: ReadonlyMap<string, E>) =>
  new Map([...entries].map(([name, entry]) => [name, { ...entry, check: TypeCompiler.Compile(entry.schema) }]));
const envelopeTable = checked(envelopes);
const messageTable = checked(catalogue);
type CheckedMessage = CatalogueEntry & { readonly check: TypeCheck<TSchema> };
type CheckedEnvelope = EnvelopeEntry & { readonly check: TypeCheck<TSchema> };

const scanner = createScanner(
  [...envelopes.values(), ...catalogue.values()].flatMap(({ schema }) => fieldNames(schema)),
);

/**
 * The whole frame, header included. The bytes are the caller's: nothing writes them again.
 *
 * Throws `Error('bug: …')` for what a peer would refuse: over a limit, not of its schema, addressed
 * to the wrong actor, with `undefined` in a field or half a surrogate pair in a string.
 */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  // Before packing, for msgpackr has errors of its own for what no schema lets pass.
  const wrong = faultOf(envelope, undefined);
  if (wrong !== undefined) throw unsendable(envelope, wrong.text);
  const frame = packr.pack(packFields(envelope), LEAVE_HEADER);
  const text = frame.subarray(FRAME_HEADER);
  const fault = tooLong(envelope, text.length)?.text ?? scanner.scan(text);
  if (fault !== undefined) throw unsendable(envelope, fault);
  writeU32(frame, 0, text.length + 1);
  frame[4] = ENVELOPE_FRAME;
  return frame;
}

/**
 * The header of one data frame; `byteLength` raw bytes must follow it on the wire. So bulk bytes are
 * not copied. Throws `Error('bug: …')` for more than `MAX_DATA` bytes or an impossible stream.
 */
export function encodeDataHeader(stream: number, byteLength: number): Uint8Array {
  if (!(byteLength >= 0 && byteLength <= MAX_DATA)) throw new Error(`bug: a data frame of ${byteLength} bytes`);
  if (!(stream >= 1 && stream <= 0xffff_ffff)) throw new Error(`bug: stream ${stream}`);
  const header = new Uint8Array(DATA_HEADER);
  writeU32(header, 0, byteLength + 5);
  header[4] = DATA_FRAME;
  writeU32(header, 5, stream);
  return header;
}

/** Decodes the msgpack text of one envelope (no header) that `sender` sent. Never throws; aliases nothing of `bytes`. */
export function decodeEnvelope(bytes: Uint8Array, sender: Sender): Decoded {
  if (bytes.length >= MAX_FRAME) return refused('too-long', `an envelope of ${bytes.length} bytes`);
  const fault = scanner.scan(bytes);
  if (fault !== undefined) return refused('malformed', `an envelope that is not well-formed: ${fault}`);
  let envelope: Envelope;
  try {
    // Binaries are views of the text: one copy for all of them.
    envelope = unpackr.unpack(scanner.hadBinaries() ? Uint8Array.prototype.slice.call(bytes) : bytes);
  } catch (error) {
    return refused('malformed', `an envelope that msgpackr refuses: ${error instanceof Error ? error.message : ''}`);
  }
  const unreadable = unpackFields(envelope);
  if (unreadable !== undefined) return { ok: false, violation: unreadable };
  const violation = faultOf(envelope, sender) ?? tooLong(envelope, bytes.length);
  return violation === undefined ? { ok: true, frame: { type: 'envelope', envelope } } : { ok: false, violation };
}

/** What is wrong with a decoded envelope; with `sender`, also whether it may send it. */
function faultOf(envelope: Envelope, sender: Sender | undefined): Violation | undefined {
  if (typeof envelope !== 'object' || envelope === null) return breach('malformed', 'an envelope that is no map');
  const entry = envelopeTable.get(envelope.kind);
  if (entry === undefined) return breach('unknown-kind', 'an envelope of unknown kind');
  const { kind } = envelope;
  if (!entry.check.Check(envelope)) return breach('bad-envelope', `a '${kind}' with ${where(entry, envelope)}`);
  if (sender !== undefined && !entry.from.includes(sender)) return notAllowed(sender, `send '${kind}'`);
  return 'message' in envelope ? messageFault(envelope, entry, sender) : undefined;
}

function messageFault(
  envelope: Extract<Envelope, { message: unknown }>,
  { form }: CheckedEnvelope,
  sender: Sender | undefined,
): Violation | undefined {
  const { message } = envelope;
  const entry = messageTable.get(message.type);
  if (entry === undefined) return breach('unknown-type', 'a message of unknown type');
  const { type } = message;
  if (entry.form !== form) return breach('wrong-form', `'${type}' in a '${envelope.kind}'`);
  if (sender !== undefined && !entry.from.includes(sender)) return notAllowed(sender, `send '${type}'`);
  if ('to' in envelope && envelope.to !== entry.to) return breach('wrong-actor', `'${type}' to '${envelope.to}'`);
  return entry.check.Check(message) ? undefined : breach('bad-message', `a '${type}' with ${where(entry, message)}`);
}

/** Of a good envelope. */
function tooLong(envelope: Envelope, byteLength: number): Violation | undefined {
  const most = 'message' in envelope ? messageTable.get(envelope.message.type)!.maxBytes : MAX_FRAME;
  // The kind byte counts, too.
  if (byteLength <= most && byteLength < MAX_FRAME) return undefined;
  return breach('too-long', `a ${nameOf(envelope)} of ${byteLength} bytes, where ${most} are allowed`);
}

/** Names the first field that is wrong, by its place in the schema: every name is of ours, for the scan knows no other. */
function where({ check }: CheckedMessage | CheckedEnvelope, value: unknown): string {
  const error = check.Errors(value).First();
  return `a bad value at '${error?.path ?? ''}': ${(error?.message ?? 'unknown').toLowerCase()}`;
}

const unsendable = (envelope: Envelope, fault: string): Error =>
  new Error(`bug: this ${nameOf(envelope)} cannot be sent: ${fault}`);
const nameOf = (envelope: Envelope): string =>
  'message' in envelope ? `${envelope.kind} of '${envelope.message?.type}'` : envelope.kind;
const notAllowed = (sender: Sender, what: string): Violation => breach('not-allowed', `the ${sender} may not ${what}`);

function writeU32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
