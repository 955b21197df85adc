/** What nodes say to each other, read off the bytes that they give to their connections. */
import {
  DATA_FRAME,
  DATA_HEADER,
  decodeEnvelope,
  ENVELOPE_FRAME,
  type Envelope,
  FRAME_HEADER,
  MAX_FRAME,
} from '@muster/protocol';
import type { Sent } from '../happenings.ts';
import type { World } from '../world/world.ts';
import { rowOf } from './rows.ts';

/** Machines, by name. */
export interface Ends {
  readonly from: string;
  readonly to: string;
}

export interface Sniffed {
  /** Of the kinds asked for. */
  envelope(envelope: Envelope, ends: Ends): void;
  /** A piece of a stream: a view. */
  data(stream: number, bytes: Uint8Array, ends: Ends): void;
}

/** Between two machines in one direction. Two connections at a time (a link that is replaced) may mix: what is read wrong then is not read at all. */
interface Wire {
  readonly ends: Ends;
  /** What is still to come of a data frame, bytes. */
  left: number;
  stream: number;
  /** Of a frame whose end has not come. */
  begun: Uint8Array | undefined;
}

/** All that invariants and situations want to know; the others are many, and cost their decoding. */
const wanted: ReadonlySet<string> = new Set([
  ...['hello', 'welcome', 'refuse', 'tell', 'open', 'end', 'abort', 'credit'],
  ...['ping', 'pong', 'goodbye', 'ask', 'reply'],
]);

const listeners = new WeakMap<World, Sniffed[]>();

/** Tells what is said from now on. What several listen to is read once. */
export function listen(world: World, sniffed: Sniffed): void {
  const known = listeners.get(world);
  if (known !== undefined) return void known.push(sniffed);
  const all = [sniffed];
  listeners.set(world, all);
  world.hear.sent(
    openSniffer(world.master.name, {
      envelope: (envelope, ends) => {
        for (const one of all) one.envelope(envelope, ends);
      },
      data: (stream, bytes, ends) => {
        for (const one of all) one.data(stream, bytes, ends);
      },
    }),
  );
}

function openSniffer(master: string, sniffed: Sniffed): (sent: Sent) => void {
  const wires = new Map<string, Map<string, Wire>>();
  const wireOf = ({ from, to }: Sent): Wire => {
    const row = rowOf(wires, from, () => new Map<string, Wire>());
    return rowOf(row, to, (): Wire => ({ ends: { from, to }, left: 0, stream: 0, begun: undefined }));
  };
  return (sent) => {
    const wire = wireOf(sent);
    const bytes = joined(wire, sent.bytes);
    for (let at = 0; at < bytes.length; ) at = takeOne(wire, bytes, at, master, sniffed);
  };
}

function joined(wire: Wire, bytes: Uint8Array): Uint8Array {
  const { begun } = wire;
  if (begun === undefined) return bytes;
  wire.begun = undefined;
  return startsFrame(bytes) ? bytes : Buffer.concat([begun, bytes]);
}

/** A new connection says hello or welcome first, and the rest of what the old one began never comes. */
const startsFrame = (bytes: Uint8Array): boolean => {
  const kind = kindOf(bytes, 0, bytes.length);
  return kind === 'hello' || kind === 'welcome' || kind === 'refuse';
};

/** Takes what begins at `at`; where the next begins. */
function takeOne(wire: Wire, bytes: Uint8Array, at: number, master: string, sniffed: Sniffed): number {
  const there = bytes.length - at;
  if (wire.left > 0) {
    const taken = Math.min(wire.left, there);
    wire.left -= taken;
    sniffed.data(wire.stream, bytes.subarray(at, at + taken), wire.ends);
    return at + taken;
  }
  if (there < DATA_HEADER) return keep(wire, bytes, at);
  const length = u32(bytes, at);
  const kind = bytes[at + 4];
  if (length < 2 || length > MAX_FRAME) return bytes.length;
  if (kind === DATA_FRAME) {
    wire.stream = u32(bytes, at + FRAME_HEADER);
    wire.left = length - 5;
    return at + DATA_HEADER;
  }
  if (kind !== ENVELOPE_FRAME) return bytes.length;
  if (there < 4 + length) return keep(wire, bytes, at);
  const said = kindOf(bytes, at, at + 4 + length);
  if (said !== undefined && wanted.has(said)) {
    const sender = wire.ends.from === master ? 'master' : 'worker';
    const decoded = decodeEnvelope(bytes.subarray(at + FRAME_HEADER, at + 4 + length), sender);
    if (decoded.ok && decoded.frame.type === 'envelope') sniffed.envelope(decoded.frame.envelope, wire.ends);
  }
  return at + 4 + length;
}

function keep(wire: Wire, bytes: Uint8Array, at: number): number {
  wire.begun = bytes.slice(at);
  return bytes.length;
}

const kindKey = Buffer.from('\xa4kind', 'latin1');

/** `kind` is the first field of every envelope. */
function kindOf(bytes: Uint8Array, from: number, to: number): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(24, to - from));
  const at = text.indexOf(kindKey);
  const size = at < 0 ? 0 : text[at + kindKey.length]!;
  if (size < 0xa1 || size > 0xbf) return undefined;
  return text.toString('latin1', at + kindKey.length + 1, at + kindKey.length + 1 + (size & 0x1f));
}

const u32 = (bytes: Uint8Array, at: number): number =>
  bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
