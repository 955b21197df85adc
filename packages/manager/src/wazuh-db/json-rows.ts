/**
 * Takes an object of arrays of objects, `{"member":[{…},{…}], …}`, apart while it comes in: each row is
 * handed over by itself, so that a text of 100 MB is never parsed at once and what came before a broken
 * connection counts. Pure; linear in the length.
 */
import { Buffer } from 'node:buffer';

export interface JsonRows {
  /** The rows that these bytes complete. Bytes after a fault are passed over. */
  push(bytes: Uint8Array): readonly JsonRow[];
  /** What is wrong with the text so far: it is not of this form. */
  readonly fault: () => 'bad-answer' | undefined;
  /** Whether the object is closed. */
  readonly isWhole: () => boolean;
}

export interface JsonRow {
  readonly member: string;
  /** Its JSON; undefined: it is longer than a row may be. */
  readonly text: string | undefined;
}

/** A full row of 64 labels is below 100 KB. */
const maxRowBytes = 256 * 1024;
const maxNameBytes = 64;
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

type At =
  | 'start'
  | 'name-or-end'
  | 'name'
  | 'in-name'
  | 'colon'
  | 'array'
  | 'row-or-end'
  | 'row'
  | 'in-row'
  | 'after-row'
  | 'after-array'
  | 'end'
  | 'bad';

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Where a byte that is not space leads, outside of names and rows. */
function nextOf(at: At, byte: number): At {
  switch (at) {
    case 'start':
      return byte === openBrace ? 'name-or-end' : 'bad';
    case 'name-or-end':
      return byte === quote ? 'in-name' : byte === closeBrace ? 'end' : 'bad';
    case 'name':
      return byte === quote ? 'in-name' : 'bad';
    case 'colon':
      return byte === colon ? 'array' : 'bad';
    case 'array':
      return byte === openBracket ? 'row-or-end' : 'bad';
    case 'row-or-end':
      return byte === openBrace ? 'in-row' : byte === closeBracket ? 'after-array' : 'bad';
    case 'row':
      return byte === openBrace ? 'in-row' : 'bad';
    case 'after-row':
      return byte === comma ? 'row' : byte === closeBracket ? 'after-array' : 'bad';
    case 'after-array':
      return byte === comma ? 'name' : byte === closeBrace ? 'end' : 'bad';
    default:
      return 'bad';
  }
}

export function openJsonRows(): JsonRows {
  let at: At = 'start';
  let member = '';
  /** Of a row: open brackets, and whether a text or an escape in it is open. */
  let depth = 0;
  let inText = false;
  let escaped = false;
  let kept: Buffer[] = [];
  let keptBytes = 0;

  const keep = (bytes: Buffer): void => {
    keptBytes += bytes.length;
    if (keptBytes <= maxRowBytes) kept.push(bytes);
  };
  const taken = (): string | undefined => {
    const text = keptBytes > maxRowBytes ? undefined : Buffer.concat(kept).toString('utf8');
    kept = [];
    keptBytes = 0;
    return text;
  };
  /** The index behind the row, or `undefined`: it goes on. */
  const endOfRow = (bytes: Buffer, from: number): number | undefined => {
    for (let index = from; index < bytes.length; index++) {
      const byte = bytes[index]!;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inText = false;
      } else if (byte === quote) inText = true;
      else if (byte === openBrace || byte === openBracket) depth += 1;
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return index + 1;
    }
    return undefined;
  };

  const push = (piece: Uint8Array): JsonRow[] => {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const rows: JsonRow[] = [];
    let index = 0;
    while (index < bytes.length && at !== 'bad') {
      if (at === 'in-name') index = readName(bytes, index);
      else if (at === 'in-row') {
        const end = endOfRow(bytes, index);
        keep(bytes.subarray(index, end));
        index = end ?? bytes.length;
        if (end === undefined) continue;
        at = 'after-row';
        rows.push({ member, text: taken() });
      } else if (isSpace(bytes[index]!)) index += 1;
      else {
        at = nextOf(at, bytes[index]!);
        // The brace belongs to the row.
        if (at !== 'in-row') index += 1;
        else depth = 0;
      }
    }
    return rows;
  };
  const readName = (bytes: Buffer, from: number): number => {
    const end = bytes.indexOf(quote, from);
    keep(bytes.subarray(from, end < 0 ? bytes.length : end));
    if (keptBytes > maxNameBytes) at = 'bad';
    else if (end >= 0) {
      member = taken() ?? '';
      at = 'colon';
    }
    return end < 0 ? bytes.length : end + 1;
  };
  return { push, fault: () => (at === 'bad' ? 'bad-answer' : undefined), isWhole: () => at === 'end' };
}
