/** client.keys as text that is edited: every line stays as it is but the one that is meant, comments too. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { agentIdText } from '@muster/protocol';
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

/** A line with the comments right above it, as places in the text. */
interface Block {
  readonly start: number;
  readonly end: number;
  /** Where the line itself begins. */
  readonly line: number;
  readonly id: number;
  readonly kind: 'living' | 'removed' | 'other';
  readonly name: number;
  readonly nameEnd: number;
  readonly ipEnd: number;
}

/** Some milliseconds of work. */
const linesATurn = 5_000;

/** A last line without its line feed gets one; one that is not whole is refused: the file is being written. */
export async function openKeysFile(text: Uint8Array, turn: () => Promise<void>): Promise<KeysFile | 'cut-short'> {
  const bytes = ended(Buffer.from(text.buffer as ArrayBuffer, text.byteOffset, text.byteLength));
  if (bytes === undefined) return 'cut-short';
  const blocks: Block[] = [];
  let highestId = 0;
  let start = 0;
  let left = linesATurn;
  for (let line = 0; line < bytes.length; ) {
    const end = bytes.indexOf(10, line) + 1;
    const parsed = parseLine(bytes.subarray(line, end - 1));
    if (parsed.is !== 'nothing') {
      blocks.push(blockOf(parsed, bytes, { start, line, end }));
      highestId = Math.max(highestId, blocks.at(-1)!.id);
      start = end;
    }
    line = end;
    if (--left > 0) continue;
    left = linesATurn;
    await turn();
  }
  return fileOf(bytes, blocks, start, highestId);
}

function ended(bytes: Buffer): Buffer | undefined {
  if (bytes.length === 0 || bytes[bytes.length - 1] === 10) return bytes;
  const last = bytes.subarray(bytes.lastIndexOf(10) + 1);
  const isWhole = last.length <= maxLineBytes && / [0-9a-f]{64,}\s*$/i.test(last.toString('latin1'));
  return isWhole ? Buffer.concat([bytes, Buffer.from('\n')]) : undefined;
}

function blockOf(
  parsed: Exclude<ParsedLine, { is: 'nothing' }>,
  bytes: Buffer,
  places: Pick<Block, 'start' | 'line' | 'end'>,
): Block {
  if (parsed.is === 'wrong') return { ...places, id: 0, kind: 'other', name: 0, nameEnd: 0, ipEnd: 0 };
  const name = parsed.text.byteOffset - bytes.byteOffset;
  const ends = { nameEnd: name + parsed.nameBytes, ipEnd: name + parsed.text.length };
  return { ...places, id: parsed.id, kind: parsed.is, name, ...ends };
}

/** `tail`: where the comments begin that stand above no line. */
function fileOf(bytes: Buffer, blocks: readonly Block[], tail: number, highestId: number): KeysFile {
  const entry = (block: Block | undefined): KeysEntry | undefined =>
    block === undefined ? undefined : entryOf(bytes, block);
  const livingWith = (
    text: string,
    from: (block: Block) => number,
    to: (block: Block) => number,
  ): Block | undefined => {
    const wanted = Buffer.from(text);
    return blocks.find(
      (one) =>
        one.kind === 'living' &&
        to(one) - from(one) === wanted.length &&
        bytes.compare(wanted, 0, wanted.length, from(one), to(one)) === 0,
    );
  };
  const byId = (id: number): Block | undefined =>
    blocks.find((one) => one.id === id && one.kind === 'living') ?? blocks.find((one) => one.id === id);
  const rest = bytes.subarray(tail);
  return {
    highestId,
    living: blocks.reduce((count, { kind }) => (kind === 'living' ? count + 1 : count), 0),
    byId: (id) => entry(byId(id)),
    byName: (name) =>
      entry(
        livingWith(
          name,
          (one) => one.name,
          (one) => one.nameEnd,
        ),
      ),
    byIp: (ip) =>
      entry(
        livingWith(
          ip,
          (one) => one.nameEnd + 1,
          (one) => one.ipEnd,
        ),
      ),
    withAdded: (added) => {
      const line = Buffer.from(`${lineOf(added)}\n`);
      return Buffer.concat([...rangesOf(bytes, blocks, isStaying), line, ...rangesOf(bytes, blocks, isLeaving), rest]);
    },
    withRemoved: (id, purge) => {
      const block = byId(id)!;
      const marked = purge ? [] : [removedOf(bytes, block)];
      const staying = rangesOf(bytes, blocks, (one) => one !== block && isStaying(one));
      const left = rangesOf(bytes, blocks, (one) => one !== block && isLeaving(one));
      return Buffer.concat([...staying, ...left, ...marked, rest]);
    },
  };
}

const isLeaving = ({ kind }: Block): boolean => kind === 'removed';
const isStaying = (block: Block): boolean => !isLeaving(block);

/** The bytes of those blocks, in order; neighbours as one piece. */
function rangesOf(bytes: Buffer, blocks: readonly Block[], wanted: (block: Block) => boolean): Uint8Array[] {
  const ranges: { start: number; end: number }[] = [];
  for (const block of blocks) {
    if (!wanted(block)) continue;
    const last = ranges.at(-1);
    if (last?.end === block.start) last.end = block.end;
    else ranges.push({ start: block.start, end: block.end });
  }
  return ranges.map(({ start, end }) => bytes.subarray(start, end));
}

/** The comments above it go with it. */
function removedOf(bytes: Buffer, { start, line, end }: Block): Uint8Array {
  const afterId = bytes.indexOf(0x20, line) + 1;
  return Buffer.concat([bytes.subarray(start, afterId), Buffer.from('!'), bytes.subarray(afterId, end)]);
}

const entryOf = (bytes: Buffer, { id, kind, name, nameEnd, ipEnd, end }: Block): KeysEntry => ({
  id,
  name: bytes.toString('utf8', name, nameEnd),
  ip: bytes.toString('latin1', nameEnd + 1, ipEnd),
  key: bytes.toString('latin1', ipEnd + 1, end).trim(),
  isRemoved: kind === 'removed',
});

const lineOf = ({ id, name, ip, key }: KeysEntry): string => `${agentIdText(id)} ${name} ${ip} ${key}`;

/** What an agent says of the line that it has. */
export const keyHashOf = (entry: KeysEntry): string => createHash('sha1').update(lineOf(entry)).digest('hex');
