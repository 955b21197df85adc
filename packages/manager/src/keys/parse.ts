/** Parses client.keys piece by piece, so that 100,000 lines stall nobody. */
import { Buffer } from 'node:buffer';
import type { ClientKeys } from '../client-keys.ts';
import type { ManagerFault } from '../manager.ts';
import { openKeyTable } from './key-table.ts';
import { lineFaults, maxLineBytes, parseLine } from './parse-line.ts';

export interface ParsedKeys {
  readonly keys: ClientKeys;
  /** Lines whose agent is removed. An id may be in both. */
  readonly removed: ClientKeys;
  /** Of all lines, removed ones included: the next agent gets a greater one. 0: there is none. */
  readonly highestId: number;
  /** Of lines that were skipped: at most 100, in order. */
  readonly faults: readonly ManagerFault[];
  /** How many there are in all. */
  readonly faultCount: number;
  /** Of these, the lines of which nobody knows whose they are. */
  readonly skipped: number;
  /** The text ends within a line that is not whole. */
  readonly isCut: boolean;
}

/** Where faults are said to be. */
export const clientKeysPath = 'etc/client.keys';
const maxFaults = 100;
/** Some milliseconds of work. */
const bytesATurn = 512 * 1024;
/** A key as the tools write it: with it a last line is whole, though its line feed is missing. */
const wholeKey = / [0-9a-f]{64,}\s*$/i;

/** `pieces` in order; `turn` lets others in. Takes time linear in the length. Throws only what reading the pieces throws. */
export async function parseClientKeys(
  pieces: string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  turn: () => Promise<void>,
): Promise<ParsedKeys> {
  const lines = openLines();
  let sinceTurn = 0;
  for await (const piece of piecesOf(pieces)) {
    for (let at = 0; at < piece.length; at += bytesATurn) {
      const part = piece.subarray(at, at + bytesATurn);
      lines.take(Buffer.from(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength));
      sinceTurn += part.length;
      if (sinceTurn < bytesATurn) continue;
      sinceTurn = 0;
      await turn();
    }
  }
  return lines.end();
}

function piecesOf(
  pieces: string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof pieces === 'string') return [Buffer.from(pieces)];
  return pieces instanceof Uint8Array ? [pieces] : pieces;
}

interface Lines {
  take(piece: Buffer): void;
  end(): ParsedKeys;
}

function openLines(): Lines {
  const [living, removed] = [openKeyTable(), openKeyTable()];
  const faults: ManagerFault[] = [];
  let faultCount = 0;
  let skipped = 0;
  let highestId = 0;
  let number = 0;
  /** The beginning of a line that the next piece goes on with. */
  let rest: Buffer = Buffer.alloc(0);

  const fault = (code: keyof typeof lineFaults): void => {
    faultCount += 1;
    if (code !== 'duplicate-name') skipped += 1;
    if (faults.length >= maxFaults) return;
    // Such an agent is there all the same: only its statuses are the other's.
    const what = code === 'duplicate-name' ? `line ${number}` : `line ${number} was skipped`;
    faults.push({ at: `${clientKeysPath}:${number}`, code, text: `${what}: ${lineFaults[code]}` });
  };
  const line = (bytes: Buffer): void => {
    number += 1;
    const parsed = parseLine(bytes);
    if (parsed.is === 'nothing') return;
    if (parsed.is === 'wrong') return fault(parsed.code);
    highestId = Math.max(highestId, parsed.id);
    if (parsed.is === 'removed') return void removed.add(parsed.id, parsed.text, parsed.nameBytes);
    const added = living.add(parsed.id, parsed.text, parsed.nameBytes);
    if (added !== 'added') fault(added);
  };
  const take = (piece: Buffer): void => {
    let start = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, start)) {
      const bytes = piece.subarray(start, end);
      line(rest.length === 0 ? bytes : Buffer.concat([rest, bytes]));
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    // What is too long already need not be kept to be told so.
    if (rest.length <= maxLineBytes + 1 && start < piece.length) rest = Buffer.concat([rest, piece.subarray(start)]);
  };
  const end = (): ParsedKeys => {
    const isWhole = rest.length === 0 || (rest.length <= maxLineBytes && wholeKey.test(rest.toString('latin1')));
    if (rest.length > 0 && isWhole) line(rest);
    return { keys: living.keys, removed: removed.keys, highestId, faults, faultCount, skipped, isCut: !isWhole };
  };
  return { take, end };
}
