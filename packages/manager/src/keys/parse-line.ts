/** One line of client.keys. Pure; the key is looked at and never kept. */
import { type Buffer, isUtf8 } from 'node:buffer';
import { MAX_AGENT_ID } from '@muster/protocol';

/** What a line says. `text`: name, a blank, ip; a view, valid as long as the piece that it came from. */
export type ParsedLine =
  | { readonly is: 'nothing' }
  | {
      readonly is: 'living' | 'removed';
      readonly id: number;
      readonly text: Uint8Array;
      readonly nameBytes: number;
    }
  | { readonly is: 'wrong'; readonly code: LineFault };

/** Why a line was skipped. */
export type LineFault = keyof typeof lineFaults;

/** For people: the fault and its cure. Nothing of the line itself: it holds a key. */
export const lineFaults = {
  'no-fields': 'it does not have four fields; write `<id> <name> <ip> <key>`, or take it out',
  'bad-id': `its id is no decimal number from 1 to ${MAX_AGENT_ID}; register the agent anew`,
  'bad-name':
    'its name is longer than 128 bytes, is "." or "..", has a slash or control characters, or is not UTF-8; register the agent under another',
  'bad-ip': 'its address is neither "any" nor an address nor CIDR; correct it',
  'duplicate-id': 'its id stands in a line above, which counts; take one of the two out',
  'duplicate-name': 'its name and address stand in a line above, which counts for both; take one of the two out',
  'too-long': 'it is longer than 2,048 bytes; take it out',
} as const;

/** Longer ones are no agent's: a name of 128, an address of 45 and a key of 512 are far below. */
export const maxLineBytes = 2_048;
const maxNameBytes = 128;
const maxIpBytes = 64;
const [blank, hash, bang, dot, slash, nine, zero, del, cr] = [0x20, 0x23, 0x21, 0x2e, 0x2f, 0x39, 0x30, 0x7f, 0x0d];

const nothing: ParsedLine = { is: 'nothing' };
const wrong = (code: LineFault): ParsedLine => ({ is: 'wrong', code });

/** `line` without its line feed. */
export function parseLine(line: Buffer): ParsedLine {
  const end = line[line.length - 1] === cr ? line.length - 1 : line.length;
  if (end === 0 || line[0] === hash || line[0] === blank) return nothing;
  if (end > maxLineBytes) return wrong('too-long');
  const afterId = line.indexOf(blank);
  const afterName = afterId < 0 ? -1 : line.indexOf(blank, afterId + 1);
  const afterIp = afterName < 0 ? -1 : line.indexOf(blank, afterName + 1);
  if (afterIp < 0 || afterIp + 1 >= end) return wrong('no-fields');
  return agentOf(line, afterId, afterName, afterIp);
}

function agentOf(line: Buffer, afterId: number, afterName: number, afterIp: number): ParsedLine {
  const id = idOf(line, afterId);
  if (id === undefined) return wrong('bad-id');
  const mark = line[afterId + 1];
  const isRemoved = mark === bang || mark === hash;
  const start = afterId + (isRemoved ? 2 : 1);
  if (!isName(line, start, afterName)) return wrong('bad-name');
  if (!isIp(line, afterName + 1, afterIp)) return wrong('bad-ip');
  return {
    is: isRemoved ? 'removed' : 'living',
    id,
    text: line.subarray(start, afterIp),
    nameBytes: afterName - start,
  };
}

function idOf(line: Buffer, end: number): number | undefined {
  if (end < 1 || end > 10) return undefined;
  let id = 0;
  for (let at = 0; at < end; at++) {
    const byte = line[at]!;
    if (byte < zero || byte > nine) return undefined;
    id = id * 10 + byte - zero;
  }
  return id >= 1 && id <= MAX_AGENT_ID ? id : undefined;
}

/** It becomes part of a file's name: no slash, and nothing that a terminal or a log would act upon. */
function isName(line: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length < 1 || length > maxNameBytes) return false;
  let isAscii = true;
  for (let at = start; at < end; at++) {
    const byte = line[at]!;
    if (byte <= blank || byte === slash || byte === del) return false;
    if (byte > del) isAscii = false;
  }
  if (line[start] === dot && (length === 1 || (length === 2 && line[start + 1] === dot))) return false;
  return isAscii || isUtf8(line.subarray(start, end));
}

/** Digits, letters, `.`, `:`, `/`: what an address, CIDR, a legacy bit mask and `any` are made of. */
function isIp(line: Buffer, start: number, end: number): boolean {
  if (end <= start || end - start > maxIpBytes) return false;
  for (let at = start; at < end; at++) {
    const byte = line[at]!;
    const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    if (!isLetter && (byte < dot || byte > 0x3a)) return false;
  }
  return line[start] !== slash && line[start] !== dot;
}
