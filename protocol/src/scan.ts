/**
 * The structural scan: looks at msgpack bytes before anything is built of them.
 *
 * It accepts one value, to the last byte, made of maps with known field names, arrays, well-formed
 * strings, binaries, booleans, integers of at most 32 bits and finite doubles. It refuses nil,
 * extensions (so records, dates, regular expressions, errors, sets, typed arrays), 0xC1, floats of
 * 32 and integers of 64 bits, NaN, infinities and -0, unknown and repeated fields, too much depth,
 * too many values, and whatever would take more memory decoded than its length allows. Large
 * integers travel as doubles, so one number has one form here.
 *
 * It allocates nothing but a view for each string of over 64 bytes, whatever the bytes claim, and its time is linear in their number.
 */
import { isUtf8 } from 'node:buffer';
import { FREE_COST, MAX_COST_FACTOR, MAX_DEPTH, MAX_FIELDS, MAX_VALUES } from './limits.ts';
import { isAscii, isShortUtf8 } from './utf8.ts';

/** What is wrong, in words that quote no bytes of the peer. `undefined`: nothing. */
export type Fault = string | undefined;

export interface Scanner {
  /** Scans all of `bytes`. */
  scan(bytes: Uint8Array): Fault;
  /** Whether the last text had binaries, which msgpackr decodes as views of it. */
  hadBinaries(): boolean;
}

// What a decoded value costs in V8, bytes, rounded up.
const MAP_COST = 64;
const SLOT_COST = 16;
const STRING_COST = 24;
const BINARY_COST = 200;
/** Beside its characters, what a string that is not ASCII takes while msgpackr decodes it. */
const WIDE_COST = 40;

/** Bytes of a string up to which looking at each here is cheaper than a view for `isUtf8`. */
const SHORT = 64;

const TRUNCATED = 'it ends inside a value';
const FIELD_TABLE = 1_024;

/** A scanner for texts whose maps have only `fields` (1 to 31 ASCII characters each). */
export function createScanner(fields: Iterable<string>): Scanner {
  const table = fieldTable(fields);
  let had = false;
  return {
    hadBinaries: () => had,
    scan: (text) => {
      begin(text, table);
      const fault = value(0) ?? (at < end ? 'bytes after its end' : undefined);
      had = binaries > 0;
      bytes = nothing;
      return fault;
    },
  };
}

// The scan that is going on: there is one at a time, and plain variables are the fastest state.
const nothing = new Uint8Array(0);
let bytes: Uint8Array = nothing;
let known: FieldTable = { names: [], slots: new Int16Array(0), count: 0, seen: new Int32Array(0), maps: 0 };
let at = 0;
let end = 0;
let values = 0;
let cost = 0;
let budget = 0;
let binaries = 0;

function begin(text: Uint8Array, table: FieldTable): void {
  bytes = text;
  known = table;
  if (table.maps > 0x7f00_0000) {
    table.maps = 0;
    table.seen.fill(0);
  }
  at = values = cost = binaries = 0;
  end = text.length;
  budget = Math.max(FREE_COST, MAX_COST_FACTOR * end);
}

function value(depth: number): Fault {
  if (at >= end) return TRUNCATED;
  if (++values > MAX_VALUES) return `more than ${MAX_VALUES} values`;
  const tag = bytes[at++]!;
  if (tag < 0x80 || tag >= 0xe0) return undefined;
  if (tag < 0x90) return map(tag & 0x0f, depth);
  if (tag < 0xa0) return array(tag & 0x0f, depth);
  if (tag < 0xc0) return string(tag & 0x1f);
  return tagged(tag, depth);
}

function tagged(tag: number, depth: number): Fault {
  switch (tag) {
    case 0xc2:
    case 0xc3:
      return undefined;
    case 0xc4:
      return binary(length(1));
    case 0xc5:
      return binary(length(2));
    case 0xc6:
      return binary(length(4));
    case 0xcb:
      return double();
    case 0xcc:
    case 0xd0:
      return skip(1);
    case 0xcd:
    case 0xd1:
      return skip(2);
    case 0xce:
    case 0xd2:
      return skip(4);
    case 0xd9:
      return string(length(1));
    case 0xda:
      return string(length(2));
    case 0xdb:
      return string(length(4));
    case 0xdc:
      return array(length(2), depth);
    case 0xdd:
      return array(length(4), depth);
    case 0xde:
      return map(length(2), depth);
    case 0xdf:
      return map(length(4), depth);
    default:
      return 'a type of value that no message has';
  }
}

/** Of `width` bytes, big endian; past the end, more than there can be. */
function length(width: number): number {
  if (at + width > end) return Number.MAX_SAFE_INTEGER;
  let result = 0;
  for (let i = 0; i < width; i++) result = result * 256 + bytes[at++]!;
  return result;
}

function skip(count: number): Fault {
  if (count > end - at) return TRUNCATED;
  at += count;
  return undefined;
}

function charge(amount: number): Fault {
  cost += amount;
  return cost > budget ? 'too many small values for its length' : undefined;
}

function double(): Fault {
  if (end - at < 8) return TRUNCATED;
  const high = bytes[at]!;
  const next = bytes[at + 1]!;
  if ((high & 0x7f) === 0x7f && next >= 0xf0) return 'a number that is not finite';
  if (high === 0x80 && next === 0 && bytes.subarray(at + 2, at + 8).every((byte) => byte === 0)) return 'a -0';
  at += 8;
  return charge(SLOT_COST);
}

function binary(count: number): Fault {
  binaries += 1;
  return skip(count) ?? charge(BINARY_COST);
}

function string(count: number): Fault {
  if (count > end - at) return TRUNCATED;
  const start = at;
  at += count;
  if (count <= SHORT && isAscii(bytes, start, at)) return charge(STRING_COST + count);
  const valid = count <= SHORT ? isShortUtf8(bytes, start, at) : isUtf8(bytes.subarray(start, at));
  return valid ? charge(STRING_COST + WIDE_COST + 2 * count) : 'a string that is not UTF-8';
}

function array(count: number, depth: number): Fault {
  if (depth >= MAX_DEPTH) return `more than ${MAX_DEPTH} levels`;
  if (count > end - at) return TRUNCATED;
  const fault = charge(MAP_COST + SLOT_COST * count);
  if (fault !== undefined) return fault;
  for (let i = 0; i < count; i++) {
    const inner = value(depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function map(count: number, depth: number): Fault {
  if (depth >= MAX_DEPTH) return `more than ${MAX_DEPTH} levels`;
  if (count > MAX_FIELDS) return `a map of more than ${MAX_FIELDS} fields`;
  const fault = charge(MAP_COST + SLOT_COST * count);
  if (fault !== undefined) return fault;
  const number = ++known.maps;
  for (let i = 0; i < count; i++) {
    const field = fieldIndex();
    if (field < 0) return at >= end ? TRUNCATED : 'a field that no message has';
    const slot = depth * known.count + field;
    if (known.seen[slot] === number) return 'a field twice';
    known.seen[slot] = number;
    const inner = value(depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** The number of the field at `at`, or -1; steps over it. */
function fieldIndex(): number {
  if (at >= end) return -1;
  const tag = bytes[at]!;
  const count = tag & 0x1f;
  if ((tag & 0xe0) !== 0xa0 || count >= end - at) return -1;
  let hash = count;
  for (let i = at + 1; i <= at + count; i++) hash = (hash * 31 + bytes[i]!) & (FIELD_TABLE - 1);
  for (let slot = hash; ; slot = (slot + 1) & (FIELD_TABLE - 1)) {
    const index = known.slots[slot]!;
    if (index < 0) return -1;
    const name = known.names[index]!;
    if (name.length !== count) continue;
    let i = 0;
    while (i < count && name[i] === bytes[at + 1 + i]) i++;
    if (i < count) continue;
    at += 1 + count;
    return index;
  }
}

interface FieldTable {
  readonly names: readonly Uint8Array[];
  /** By hash: the index of a name, or -1. */
  readonly slots: Int16Array;
  readonly count: number;
  /** By depth and field: the number of the map in which it was last seen. */
  readonly seen: Int32Array;
  /** Maps begun so far. */
  maps: number;
}

/** A hash table of names, open addressing, mostly empty, so that an unknown name ends a search soon. */
function fieldTable(fields: Iterable<string>): FieldTable {
  const names = [...new Set(fields)].map((name) => new TextEncoder().encode(name));
  if (names.length > FIELD_TABLE / 4) throw new Error(`bug: ${names.length} field names; widen FIELD_TABLE`);
  const slots = new Int16Array(FIELD_TABLE).fill(-1);
  for (const [index, name] of names.entries()) {
    if (name.length > 31) throw new Error('bug: a field name of more than 31 bytes');
    let slot = name.reduce((hash, byte) => (hash * 31 + byte) & (FIELD_TABLE - 1), name.length);
    while (slots[slot]! >= 0) slot = (slot + 1) & (FIELD_TABLE - 1);
    slots[slot] = index;
  }
  return { names, slots, count: names.length, seen: new Int32Array(MAX_DEPTH * names.length), maps: 0 };
}
