/** client.keys as text that is edited: every line stays as it is but the one that is meant, comments too. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { agentIdText, MAX_AGENT_ID } from '@muster/protocol';
import { maxLineBytes, type ParsedLine, parseLine } from '../keys/parse-line.ts';

/** What the lines say of one agent. */
export interface KeysEntry {
  readonly id: number;
  readonly name: string;
  readonly ip: string;
  readonly isRemoved: boolean;
  readonly key: string;
}

export interface KeysFile {
  readonly highestId: number;
  readonly living: number;
  /** For the next agent where `highestId` is the last there can be: behind the greatest id that has room behind it. 0: there is none. */
  readonly spareId: () => number;
  /** Living or removed; the living one of two. */
  byId(id: number): KeysEntry | undefined;
  /** Living ones only. */
  byName(name: string): KeysEntry | undefined;
  byIp(ip: string): KeysEntry | undefined;
  /** The text with this line behind the last living one. */
  withAdded(entry: KeysEntry): Uint8Array;
  /** The text in which the agent is removed: its line marked, behind all living ones; or without it. */
  withRemoved(id: number, purge: boolean): Uint8Array;
}

/**
 * Each line that is one, with the comments right above it, as places in the text: a row of numbers, for
 * 100,000 objects would stop everybody while the garbage collector carries them about.
 */
interface Lines {
  rows: Int32Array;
  count: number;
}
const rowNumbers = 7;
/** Where its comments begin, where it ends, its id, its kind, its name, and the ends of name and address. */
const [start, end, id, kind, name, nameEnd, ipEnd] = [0, 1, 2, 3, 4, 5, 6] as const;
type Column = 0 | 1 | 2 | 3 | 4 | 5 | 6;
const [living, removed, other] = [1, 2, 3] as const;

/** Some milliseconds of work. */
const linesATurn = 5_000;

/** A last line without its line feed gets one; one that is not whole is refused: the file is being written. */
export async function openKeysFile(text: Uint8Array, turn: () => Promise<void>): Promise<KeysFile | 'cut-short'> {
  const bytes = ended(Buffer.from(text.buffer as ArrayBuffer, text.byteOffset, text.byteLength));
  if (bytes === undefined) return 'cut-short';
  const lines: Lines = { rows: new Int32Array(64 * rowNumbers), count: 0 };
  let from = 0;
  let left = linesATurn;
  for (let at = 0; at < bytes.length; ) {
    const to = bytes.indexOf(10, at) + 1;
    const parsed = parseLine(bytes.subarray(at, to - 1));
    if (parsed.is !== 'nothing') {
      addLine(lines, parsed, bytes, [from, to]);
      from = to;
    }
    at = to;
    if (--left > 0) continue;
    left = linesATurn;
    await turn();
  }
  return fileOf(bytes, lines, from);
}

function ended(bytes: Buffer): Buffer | undefined {
  if (bytes.length === 0 || bytes[bytes.length - 1] === 10) return bytes;
  const last = bytes.subarray(bytes.lastIndexOf(10) + 1);
  const isWhole = last.length <= maxLineBytes && / [0-9a-f]{64,}\s*$/i.test(last.toString('latin1'));
  return isWhole ? Buffer.concat([bytes, Buffer.from('\n')]) : undefined;
}

function addLine(
  lines: Lines,
  parsed: Exclude<ParsedLine, { is: 'nothing' }>,
  bytes: Buffer,
  places: readonly [start: number, end: number],
): void {
  const at = lines.count * rowNumbers;
  if (at === lines.rows.length) {
    const more = new Int32Array(lines.rows.length * 2);
    more.set(lines.rows);
    lines.rows = more;
  }
  const { rows } = lines;
  rows.set(places, at);
  lines.count += 1;
  rows[at + kind] = other;
  if (parsed.is === 'wrong') return;
  const nameAt = parsed.text.byteOffset - bytes.byteOffset;
  rows[at + id] = parsed.id;
  rows[at + kind] = parsed.is === 'living' ? living : removed;
  rows[at + name] = nameAt;
  rows[at + nameEnd] = nameAt + parsed.nameBytes;
  rows[at + ipEnd] = nameAt + parsed.text.length;
}

const of = ({ rows }: Lines, index: number, column: Column): number => rows[index * rowNumbers + column]!;

/** `tail`: where the comments begin that stand above no line. */
function fileOf(bytes: Buffer, lines: Lines, tail: number): KeysFile {
  const rest = bytes.subarray(tail);
  const entry = (index: number | undefined): KeysEntry | undefined =>
    index === undefined ? undefined : entryOf(bytes, lines, index);
  const staying = (without?: number): Uint8Array[] =>
    rangesOf(bytes, lines, (index) => index !== without && of(lines, index, kind) !== removed);
  const leaving = (without?: number): Uint8Array[] =>
    rangesOf(bytes, lines, (index) => index !== without && of(lines, index, kind) === removed);
  const all = countsOf(lines);
  return {
    ...all,
    spareId: () => spareIdOf(lines),
    byId: (wanted) => entry(indexOfId(lines, wanted)),
    byName: (wanted) => entry(livingWith(bytes, lines, wanted, [name, 0], nameEnd)),
    // A blank stands between the two.
    byIp: (wanted) => entry(livingWith(bytes, lines, wanted, [nameEnd, 1], ipEnd)),
    withAdded: (added) => Buffer.concat([...staying(), Buffer.from(`${lineOf(added)}\n`), ...leaving(), rest]),
    withRemoved: (wanted, purge) => {
      const index = indexOfId(lines, wanted)!;
      const marked = purge ? [] : [removedOf(bytes, lines, index)];
      return Buffer.concat([...staying(index), ...leaving(index), ...marked, rest]);
    },
  };
}

function countsOf(lines: Lines): Pick<KeysFile, 'highestId' | 'living'> {
  let [highestId, count] = [0, 0];
  for (let index = 0; index < lines.count; index++) {
    highestId = Math.max(highestId, of(lines, index, id));
    if (of(lines, index, kind) === living) count += 1;
  }
  return { highestId, living: count };
}

function spareIdOf(lines: Lines): number {
  const taken = new Set([0]);
  for (let index = 0; index < lines.count; index++) taken.add(of(lines, index, id));
  let spare = 0;
  for (const one of taken) if (one >= spare && one < MAX_AGENT_ID && !taken.has(one + 1)) spare = one + 1;
  return spare;
}

function indexOfId(lines: Lines, wanted: number): number | undefined {
  let found: number | undefined;
  for (let index = 0; index < lines.count; index++) {
    if (of(lines, index, id) !== wanted) continue;
    if (of(lines, index, kind) === living) return index;
    found ??= index;
  }
  return found;
}

/** The first living line with this text between two of its places. */
function livingWith(
  bytes: Buffer,
  lines: Lines,
  text: string,
  [fromColumn, skip]: readonly [Column, number],
  toColumn: Column,
): number | undefined {
  const wanted = Buffer.from(text);
  for (let index = 0; index < lines.count; index++) {
    const from = of(lines, index, fromColumn) + skip;
    const to = of(lines, index, toColumn);
    if (to - from !== wanted.length || of(lines, index, kind) !== living) continue;
    let same = 0;
    while (same < wanted.length && bytes[from + same] === wanted[same]) same++;
    if (same === wanted.length) return index;
  }
  return undefined;
}

/** The bytes of those lines, in order; neighbours as one piece. */
function rangesOf(bytes: Buffer, lines: Lines, wanted: (index: number) => boolean): Uint8Array[] {
  const ranges: { start: number; end: number }[] = [];
  for (let index = 0; index < lines.count; index++) {
    if (!wanted(index)) continue;
    const last = ranges.at(-1);
    if (last?.end === of(lines, index, start)) last.end = of(lines, index, end);
    else ranges.push({ start: of(lines, index, start), end: of(lines, index, end) });
  }
  return ranges.map((range) => bytes.subarray(range.start, range.end));
}

/** The comments above it go with it. */
function removedOf(bytes: Buffer, lines: Lines, index: number): Uint8Array {
  const nameAt = of(lines, index, name);
  const before = bytes.subarray(of(lines, index, start), nameAt);
  return Buffer.concat([before, Buffer.from('!'), bytes.subarray(nameAt, of(lines, index, end))]);
}

function entryOf(bytes: Buffer, lines: Lines, index: number): KeysEntry {
  const [afterName, afterIp] = [of(lines, index, nameEnd), of(lines, index, ipEnd)];
  return {
    id: of(lines, index, id),
    name: bytes.toString('utf8', of(lines, index, name), afterName),
    ip: bytes.toString('latin1', afterName + 1, afterIp),
    key: bytes.toString('latin1', afterIp + 1, of(lines, index, end)).trim(),
    isRemoved: of(lines, index, kind) === removed,
  };
}

const lineOf = (entry: KeysEntry): string => `${agentIdText(entry.id)} ${entry.name} ${entry.ip} ${entry.key}`;

/** What an agent says of the line that it has. */
export const keyHashOf = (entry: KeysEntry): string => createHash('sha1').update(lineOf(entry)).digest('hex');
