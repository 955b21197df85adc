/** System calls that read, done synchronously in a worker thread: five to ten times faster than their promises. */
import { createHash, hash as hashOnce } from 'node:crypto';
import * as fs from 'node:fs';
import type { DiskFailure } from '../disk.ts';
import { digestBytes } from '../known.ts';
import { statFields } from '../packed.ts';
import type { RawContents, RawDigests, RawListing } from './calls.ts';

/** Opening neither follows a symlink nor waits for the other end of a FIFO. */
export const openSafely = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;
/** One buffer for every file: larger ones are read in several pieces. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024);
const attempts = 3;

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
export const failed = (error: unknown, path: string): DiskFailure => ({ code: codeOf(error), path });

export function packInto(packed: BigInt64Array, index: number, stat: fs.BigIntStats): void {
  const at = index * statFields;
  packed[at] = stat.dev;
  packed[at + 1] = stat.ino;
  packed[at + 2] = stat.size;
  packed[at + 3] = stat.mtimeNs;
  packed[at + 4] = stat.ctimeNs;
  packed[at + 5] = stat.mode;
  packed[at + 6] = stat.uid;
  packed[at + 7] = stat.gid;
}

export function packedStat(stat: fs.BigIntStats): BigInt64Array {
  const packed = new BigInt64Array(statFields);
  packInto(packed, 0, stat);
  return packed;
}

/** Names that do not survive a round trip through UTF-8 are shown with `\xNN`, the others are returned as they are. */
function splitNames(directory: string): { names: string[]; notUtf8: string[] } {
  const names = fs.readdirSync(directory);
  if (!names.some((name) => name.includes('\uFFFD'))) return { names, notUtf8: [] };
  const good: string[] = [];
  const notUtf8: string[] = [];
  for (const raw of fs.readdirSync(directory, { encoding: 'buffer' })) {
    const name = raw.toString('utf8');
    if (Buffer.from(name).equals(raw)) good.push(name);
    else notUtf8.push(escapeName(raw));
  }
  return { names: good, notUtf8: notUtf8.sort() };
}

function escapeName(raw: Buffer): string {
  let shown = '';
  for (const byte of raw) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    shown += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return shown;
}

/** A name whose path the system does not take can exist; its stat stays all zero. */
function statEntry(path: string): fs.BigIntStats | 'too long' | undefined {
  try {
    return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === 'ENAMETOOLONG') return 'too long';
    throw error;
  }
}

function listOne(directory: string): RawListing {
  try {
    const { names, notUtf8 } = splitNames(directory);
    names.sort();
    const packed = new BigInt64Array(names.length * statFields);
    const kept: string[] = [];
    for (const name of names) {
      const stat = statEntry(`${directory}/${name}`);
      if (stat === undefined) continue;
      if (stat !== 'too long') packInto(packed, kept.length, stat);
      kept.push(name);
    }
    return { names: kept.join('\0'), notUtf8, packed: packed.subarray(0, kept.length * statFields) };
  } catch (error) {
    return { names: '', notUtf8: [], packed: new BigInt64Array(0), failure: failed(error, directory) };
  }
}

export const list = (directories: readonly string[]): RawListing[] => directories.map(listOne);

export const stat = (paths: readonly string[]): (BigInt64Array | string)[] =>
  paths.map((path) => {
    try {
      return packedStat(fs.lstatSync(path, { bigint: true }));
    } catch (error) {
      return codeOf(error);
    }
  });

export const realpath = (paths: readonly string[]): ({ path: string } | { code: string })[] =>
  paths.map((path) => {
    try {
      return { path: fs.realpathSync.native(path) };
    } catch (error) {
      return { code: codeOf(error) };
    }
  });

const sameStat = (a: fs.BigIntStats, b: fs.BigIntStats): boolean =>
  a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;

/**
 * Reads to the end; one that holds more than was stated at first has changed, which the second stat
 * shows. A file of one piece is digested at once, without the state that several need.
 */
function hashContent(descriptor: number): { readonly digest: Buffer; readonly total: bigint } {
  let bytes = fs.readSync(descriptor, buffer, 0, buffer.length, null);
  if (bytes < buffer.length) {
    return { digest: hashOnce('blake2b512', buffer.subarray(0, bytes), 'buffer'), total: BigInt(bytes) };
  }
  const hash = createHash('blake2b512');
  let total = 0;
  for (; bytes > 0; bytes = fs.readSync(descriptor, buffer, 0, buffer.length, null)) {
    hash.update(buffer.subarray(0, bytes));
    total += bytes;
  }
  return { digest: hash.digest(), total: BigInt(total) };
}

function digestOpen(descriptor: number, packed: BigInt64Array, index: number): Buffer | undefined {
  const before = fs.fstatSync(descriptor, { bigint: true });
  if (!before.isFile()) throw Object.assign(new Error('not a file'), { code: 'NOT_A_FILE' });
  const { digest, total } = hashContent(descriptor);
  if (total !== before.size || !sameStat(before, fs.fstatSync(descriptor, { bigint: true }))) return undefined;
  packInto(packed, index, before);
  return digest;
}

function digestOne(path: string, packed: BigInt64Array, index: number): Buffer {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const descriptor = fs.openSync(path, openSafely);
    try {
      const digest = digestOpen(descriptor, packed, index);
      if (digest !== undefined) return digest;
    } finally {
      fs.closeSync(descriptor);
    }
  }
  throw Object.assign(new Error('changing'), { code: 'CHANGED' });
}

export function digest(paths: readonly string[]): RawDigests {
  const packed = new BigInt64Array(paths.length * statFields);
  const digests = new Uint8Array(paths.length * digestBytes);
  const failures = new Map<number, string>();
  paths.forEach((path, index) => {
    try {
      digests.set(digestOne(path, packed, index), index * digestBytes);
    } catch (error) {
      failures.set(index, codeOf(error));
    }
  });
  return { digests, packed, failures };
}

/** Whole files, one after the other. A batch has room for many small ones, and grows for a large one. */
export function read(paths: readonly string[], maxBytes: readonly number[]): RawContents {
  const failures = new Map<number, string>();
  let bytes = new Uint8Array(startBytes);
  let used = 0;
  const room = (size: number): Uint8Array => {
    if (used + size > bytes.length) {
      const more = new Uint8Array(Math.max(used + size, bytes.length * 2));
      more.set(bytes.subarray(0, used));
      bytes = more;
    }
    return bytes.subarray(used, used + size);
  };
  const sizes = paths.map((path, index) => {
    try {
      const size = readOne(path, maxBytes[index]!, room);
      used += size;
      return size;
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'ENOENT') failures.set(index, code);
      return -1;
    }
  });
  return { bytes: bytes.subarray(0, used), sizes, failures };
}

const startBytes = 64 * 1024;

function readOne(path: string, maxBytes: number, room: (size: number) => Uint8Array): number {
  const descriptor = fs.openSync(path, openSafely);
  try {
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile()) throw Object.assign(new Error('not a file'), { code: 'NOT_A_FILE' });
    if (stat.size > maxBytes) throw Object.assign(new Error('too large'), { code: 'TOO_LARGE' });
    const into = room(stat.size);
    let at = 0;
    while (at < into.length) {
      const got = fs.readSync(descriptor, into, at, into.length - at, null);
      if (got === 0) break;
      at += got;
    }
    return at;
  } finally {
    fs.closeSync(descriptor);
  }
}
