/**
 * Adapter: reads an LMDB file as LMDB would, page by page, before LMDB does: LMDB trusts what its file says, and ends
 * the process where that is wrong. The layout is that of lmdb 3.5 (data version 2), pages of 4,096 bytes.
 */
import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { unsealed } from './seal.ts';

const PAGE = 4_096;
const MAGIC = 0xbeef_c0de;
const DATA_VERSION = 2;
/** Of a page: its number, a transaction, flags, and how far its list of rows reaches. Offsets of rows count from here. */
const HEADER = 24;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
/** Of a row: its value lies on pages of its own; its value is the head of a table. */
const BIG = 0x01;
const TABLE = 0x02;
const ROW = 8;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
/** Of a table's head: where its root stands. */
const ROOT = 40;

/** What one of the two first pages says. */
export interface Head {
  /** Of the free pages and of the tables. */
  readonly roots: readonly (number | undefined)[];
  readonly lastPage: number;
  readonly transaction: number;
}

const numberAt = (page: Buffer, at: number): number => Number(page.readBigUInt64LE(at));
const rootAt = (page: Buffer, at: number): number | undefined =>
  page.readBigUInt64LE(at) === NO_PAGE ? undefined : numberAt(page, at);

export function headOf(page: Buffer): Head | undefined {
  if (page.readUInt32LE(HEADER) !== MAGIC || page.readUInt32LE(HEADER + 4) !== DATA_VERSION) return undefined;
  if (page.readUInt32LE(48) !== PAGE) return undefined;
  return {
    roots: [rootAt(page, 88), rootAt(page, 136)],
    lastPage: numberAt(page, 144),
    transaction: numberAt(page, 152),
  };
}

class Damaged extends Error {}
const damaged = (text: string): never => {
  throw new Damaged(text);
};

/** Why the tree below `head` is not whole, `undefined` when it is: every page that it names, and every value's sum. */
export async function damageOf(file: FileHandle, head: Head): Promise<string | undefined> {
  const walk: Walk = { file, lastPage: head.lastPage, leaves: [] };
  try {
    const [free, main] = head.roots;
    if (free !== undefined) await branches(walk, free, 'free');
    if (main !== undefined) await branches(walk, main, 'root');
    // The heads of tables lie in leaves, which add more.
    for (let i = 0; i < walk.leaves.length; i++) await leavesOf(walk, walk.leaves[i]!);
    return undefined;
  } catch (error) {
    if (error instanceof Damaged) return error.message;
    throw error;
  }
}

type Kind = 'free' | 'root' | 'table';
interface Leaves {
  readonly kind: Kind;
  readonly pages: readonly number[];
}
interface Walk {
  readonly file: FileHandle;
  readonly lastPage: number;
  /** Found by branches, read later in the order of the file. */
  readonly leaves: Leaves[];
}

async function pageAt({ file, lastPage }: Walk, number: number): Promise<Buffer> {
  if (!(number >= 2 && number <= lastPage)) damaged(`page ${number} of ${lastPage}`);
  const page = Buffer.allocUnsafe(PAGE);
  const { bytesRead } = await file.read(page, 0, PAGE, number * PAGE);
  if (bytesRead !== PAGE) damaged(`page ${number} is not there`);
  return page;
}

/** The offsets of a page's rows, after a look at its head. */
function rowsOf(page: Buffer, number: number): readonly number[] {
  const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
  if (numberAt(page, 0) !== number || lower > upper || upper > PAGE - HEADER || lower % 2 !== 0)
    damaged(`page ${number} is not what it should be`);
  return Array.from({ length: lower / 2 }, (_, i) => {
    const at = page.readUInt16LE(HEADER + 2 * i) + HEADER;
    if (at < HEADER + upper || at + ROW > PAGE) damaged(`page ${number} has a row outside of it`);
    return at;
  });
}

const flagsOf = (page: Buffer): number => page.readUInt16LE(18) & (BRANCH | LEAF | OVERFLOW);

/** Notes all leaves below the page `root`, level by level: they are as deep as each other. */
async function branches(walk: Walk, root: number, kind: Kind): Promise<void> {
  let level: readonly number[] = [root];
  for (let depth = 0; depth < 16; depth++) {
    if (flagsOf(await pageAt(walk, level[0]!)) === LEAF) {
      walk.leaves.push({ kind, pages: [...level].sort((one, other) => one - other) });
      return;
    }
    const below: number[] = [];
    for (const number of level) below.push(...childrenOf(await pageAt(walk, number), number));
    if (below.length === 0 || below.length > walk.lastPage) damaged('branches that lead nowhere');
    level = below;
  }
  damaged('branches without end');
}

function childrenOf(page: Buffer, number: number): readonly number[] {
  if (flagsOf(page) !== BRANCH) damaged(`page ${number} is not what it should be`);
  return rowsOf(page, number).map(
    (at) => page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 0x1_0000 + page.readUInt16LE(at + 4) * 2 ** 32,
  );
}

/** Pages that are read at once: 1 MiB. */
const PAGES_AT_ONCE = 256;

async function leavesOf(walk: Walk, { kind, pages }: Leaves): Promise<void> {
  const piece = Buffer.allocUnsafe(PAGES_AT_ONCE * PAGE);
  let first = Number.NEGATIVE_INFINITY;
  for (const number of pages) {
    if (!(number >= 2 && number <= walk.lastPage)) damaged(`page ${number} of ${walk.lastPage}`);
    if (number >= first + PAGES_AT_ONCE) {
      first = number;
      await walk.file.read(piece, 0, piece.length, first * PAGE);
    }
    const at = (number - first) * PAGE;
    await leaf(walk, piece.subarray(at, at + PAGE), number, kind);
  }
}

async function leaf(walk: Walk, page: Buffer, number: number, kind: Kind): Promise<void> {
  if (flagsOf(page) !== LEAF) damaged(`page ${number} is not what it should be`);
  for (const at of rowsOf(page, number)) {
    const size = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 0x1_0000;
    const flags = page.readUInt16LE(at + 4);
    const start = at + ROW + page.readUInt16LE(at + 6);
    const big = (flags & BIG) !== 0;
    if (start + (big ? 8 : size) > PAGE) damaged(`page ${number} has a row that reaches out of it`);
    if ((flags & TABLE) !== 0) {
      const root = rootAt(page, start + ROOT);
      if (size !== 48 || kind !== 'root') damaged(`page ${number} has a table that is none`);
      if (root !== undefined) await branches(walk, root, 'table');
      continue;
    }
    const value = big ? await bigValue(walk, numberAt(page, start), size) : page.subarray(start, start + size);
    if (kind === 'table' && unsealed(value) === undefined) damaged(`a value on page ${number} is not what was written`);
  }
}

async function bigValue(walk: Walk, number: number, size: number): Promise<Buffer> {
  const page = await pageAt(walk, number);
  if (flagsOf(page) !== OVERFLOW || numberAt(page, 0) !== number) damaged(`page ${number} is not what it should be`);
  if (number + Math.ceil((size + HEADER) / PAGE) - 1 > walk.lastPage) damaged(`page ${number} has a value without end`);
  const value = Buffer.allocUnsafe(size);
  await walk.file.read(value, 0, size, number * PAGE + HEADER);
  return value;
}
