/**
 * The lines of a client.keys in few bytes: columns of numbers and one text, found by two open hash
 * tables. 100,000 agents take some 6 MB and nothing for the garbage collector to walk; objects would take 30.
 */
import { Buffer } from 'node:buffer';
import type { ClientKeys, KeyLine } from '../client-keys.ts';

/** Fills a table, line by line. */
export interface KeyTable {
  /** `text`: name, a blank, ip. An id that is there already changes nothing; a file name that is there stays the earlier line's. */
  add(id: number, text: Uint8Array, nameBytes: number): 'added' | 'duplicate-id' | 'duplicate-name';
  readonly keys: ClientKeys;
}

/** A byte that no name and no address holds, between the two. */
const blank = 0x20;
const dash = 0x2d;
const slash = 0x2f;
const firstLines = 64;
const fnvStart = 0x811c9dc5;
const fnv = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);
/** Knuth's: neighbours among the ids must not stand side by side, for that makes long walks. */
const idHash = (id: number): number => Math.imul(id, 0x9e3779b1) >>> 0;

interface Columns {
  count: number;
  used: number;
  ids: Int32Array;
  /** Where the text of a line begins; one more than there are lines. */
  starts: Uint32Array;
  nameBytes: Uint8Array;
  text: Uint8Array;
  /** Line + 1, 0 for free; twice to four times as many places as lines. */
  byId: Int32Array;
  byFile: Int32Array;
}

export function openKeyTable(): KeyTable {
  const columns: Columns = {
    count: 0,
    used: 0,
    ids: new Int32Array(firstLines),
    starts: new Uint32Array(firstLines + 1),
    nameBytes: new Uint8Array(firstLines),
    text: new Uint8Array(firstLines * 32),
    byId: new Int32Array(firstLines * 4),
    byFile: new Int32Array(firstLines * 4),
  };
  return { add: (id, text, nameBytes) => add(columns, id, text, nameBytes), keys: keysOf(columns) };
}

function add(columns: Columns, id: number, text: Uint8Array, nameBytes: number): ReturnType<KeyTable['add']> {
  if (lineOf(columns, id) !== undefined) return 'duplicate-id';
  if (columns.count === columns.ids.length) growLines(columns);
  if (columns.used + text.length > columns.text.length) growText(columns, text.length);
  const line = columns.count;
  columns.ids[line] = id;
  columns.nameBytes[line] = nameBytes;
  columns.text.set(text, columns.used);
  columns.used += text.length;
  columns.count += 1;
  columns.starts[columns.count] = columns.used;
  place(columns.byId, idHash(id), line);
  const hash = fileHashOf(columns, line);
  const isFirst = !isFileThere(columns, hash, line);
  place(columns.byFile, hash, line);
  return isFirst ? 'added' : 'duplicate-name';
}

function place(table: Int32Array, hash: number, line: number): void {
  let at = hash & (table.length - 1);
  while (table[at] !== 0) at = (at + 1) & (table.length - 1);
  table[at] = line + 1;
}

/** Doubling costs a walk over all lines, 2 ms for 100,000; it happens once in as many lines. */
function growLines(columns: Columns): void {
  const length = columns.ids.length * 2;
  columns.ids = widened(columns.ids, new Int32Array(length));
  columns.starts = widened(columns.starts, new Uint32Array(length + 1));
  columns.nameBytes = widened(columns.nameBytes, new Uint8Array(length));
  columns.byId = new Int32Array(length * 4);
  columns.byFile = new Int32Array(length * 4);
  for (let line = 0; line < columns.count; line++) {
    place(columns.byId, idHash(columns.ids[line]!), line);
    place(columns.byFile, fileHashOf(columns, line), line);
  }
}

function growText(columns: Columns, atLeast: number): void {
  columns.text = widened(columns.text, new Uint8Array(columns.text.length * 2 + atLeast));
}

function widened<T extends Int32Array | Uint32Array | Uint8Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

function lineOf({ byId, ids }: Columns, id: number): number | undefined {
  for (let at = idHash(id) & (byId.length - 1); byId[at] !== 0; at = (at + 1) & (byId.length - 1))
    if (ids[byId[at]! - 1] === id) return byId[at]! - 1;
  return undefined;
}

/** Where the address of a line ends when its mask is left out. */
function fileEndOf({ text, starts, nameBytes }: Columns, line: number): number {
  const end = starts[line + 1]!;
  for (let at = starts[line]! + nameBytes[line]!; at < end; at++) if (text[at] === slash) return at;
  return end;
}

function fileHashOf(columns: Columns, line: number): number {
  const { text, starts, nameBytes } = columns;
  const [start, end] = [starts[line]!, fileEndOf(columns, line)];
  const between = start + nameBytes[line]!;
  let hash = fnvStart;
  for (let at = start; at < end; at++) hash = fnv(hash, at === between ? dash : text[at]!);
  return hash >>> 0;
}

function lineOfFile(columns: Columns, fileName: string): number | undefined {
  const wanted = Buffer.from(fileName);
  let hash = fnvStart;
  for (const byte of wanted) hash = fnv(hash, byte);
  const { byFile } = columns;
  for (let at = (hash >>> 0) & (byFile.length - 1); byFile[at] !== 0; at = (at + 1) & (byFile.length - 1))
    if (isFileOf(columns, byFile[at]! - 1, wanted)) return byFile[at]! - 1;
  return undefined;
}

function isFileOf(columns: Columns, line: number, wanted: Uint8Array): boolean {
  const { text, starts, nameBytes } = columns;
  const [start, end] = [starts[line]!, fileEndOf(columns, line)];
  if (end - start !== wanted.length) return false;
  for (let at = 0; at < wanted.length; at++)
    if (wanted[at] !== (at === nameBytes[line]! ? dash : text[start + at]!)) return false;
  return true;
}

/** Whether a line above `line` has the same file name. */
function isFileThere(columns: Columns, hash: number, line: number): boolean {
  const { byFile, text, starts, nameBytes } = columns;
  const [start, end] = [starts[line]!, fileEndOf(columns, line)];
  for (let at = hash & (byFile.length - 1); byFile[at] !== 0; at = (at + 1) & (byFile.length - 1)) {
    const other = byFile[at]! - 1;
    const [from, to] = [starts[other]!, fileEndOf(columns, other)];
    if (nameBytes[other] !== nameBytes[line] || to - from !== end - start) continue;
    let same = 0;
    while (from + same < to && text[from + same] === text[start + same]) same++;
    if (from + same === to) return true;
  }
  return false;
}

function keyLine({ ids, text, starts, nameBytes }: Columns, line: number): KeyLine {
  const [start, end] = [starts[line]!, starts[line + 1]!];
  const between = start + nameBytes[line]!;
  const bytes = Buffer.from(text.buffer as ArrayBuffer, text.byteOffset, text.byteLength);
  if (bytes[between] !== blank) throw new Error('bug: a line of client.keys without its blank');
  return {
    id: ids[line]!,
    name: bytes.toString('utf8', start, between),
    ip: bytes.toString('latin1', between + 1, end),
  };
}

function keysOf(columns: Columns): ClientKeys {
  const found = (line: number | undefined): KeyLine | undefined =>
    line === undefined ? undefined : keyLine(columns, line);
  return {
    has: (id) => lineOf(columns, id) !== undefined,
    of: (id) => found(lineOf(columns, id)),
    byFileName: (fileName) => found(lineOfFile(columns, fileName)),
    fileHash: (id) => {
      const line = lineOf(columns, id);
      return line === undefined ? undefined : fileHashOf(columns, line);
    },
    ids: function* () {
      for (let line = 0; line < columns.count; line++) yield columns.ids[line]!;
    },
    get size() {
      return columns.count;
    },
  };
}
