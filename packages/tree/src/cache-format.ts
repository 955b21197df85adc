/**
 * The digest cache on disk. Little-endian: `MUSTREE1`, CRC-32 of the rest, then per directory four
 * 32-bit lengths (path, names, files, entry index is found by path) and the bytes. Whatever does not
 * fit is as if it were not there: a lost cache costs one cold scan, a wrong one would cost the truth.
 */
import { crc32 } from 'node:zlib';
import { digestBytes, type Known, unknown } from './known.ts';
import { bytesOf, statFields } from './packed.ts';
import type { InPieces } from './pieces.ts';
import { entryOf, type TableEntry } from './selection.ts';

const magic = 'MUSTREE1';
const headerBytes = magic.length + 4;
const rowBytes = statFields * 8;

/** Directories written or read before others get their turn: thousands of files at most. */
const pieceDirectories = 16;

export function* encodeCache(known: Iterable<Known>): InPieces<Buffer> {
  const parts: Buffer[] = [Buffer.alloc(headerBytes)];
  let checksum = 0;
  let count = 0;
  for (const one of known) {
    const row = Buffer.concat(partsOf(one));
    checksum = crc32(row, checksum);
    parts.push(row);
    if (++count % pieceDirectories === 0) yield;
  }
  parts[0]!.write(magic, 0, 'latin1');
  parts[0]!.writeUInt32LE(checksum, magic.length);
  return Buffer.concat(parts);
}

function partsOf({ directory, names, packed, trusts, digests }: Known): Buffer[] {
  const path = Buffer.from(directory);
  const joined = Buffer.from(names.join('\0'));
  const head = Buffer.alloc(12);
  head.writeUInt32LE(path.length, 0);
  head.writeUInt32LE(joined.length, 4);
  head.writeUInt32LE(names.length, 8);
  return [head, path, joined, bytesOf(packed), bufferOf(trusts), bufferOf(digests)];
}

const bufferOf = (view: Uint8Array): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

/** What was saved of directories that `table` still selects; nothing at all when one byte is wrong. */
export function* decodeCache(
  bytes: Uint8Array | undefined,
  table: readonly TableEntry[],
): InPieces<Map<string, Known>> {
  const known = new Map<string, Known>();
  const body = bytes === undefined ? undefined : wholeBody(bufferOf(bytes));
  if (body === undefined) return known;
  let count = 0;
  for (let at = 0; at < body.length; ) {
    const { row, next } = rowAt(body, at);
    at = next;
    const entry = entryOf(table, row.directory);
    if (entry !== undefined) known.set(row.directory, { ...unknown(row.directory, entry), ...row });
    if (++count % pieceDirectories === 0) yield;
  }
  return withSubdirectories(known);
}

/** What a directory is known to hold tells the first scan which of them went while nobody looked. */
function withSubdirectories(known: ReadonlyMap<string, Known>): Map<string, Known> {
  const names = new Map<string, string[]>();
  for (const { directory, entry } of known.values()) {
    const at = directory.lastIndexOf('/');
    const parent = directory.slice(0, Math.max(at, 0));
    if (known.get(parent)?.entry !== entry) continue;
    const siblings = names.get(parent);
    if (siblings === undefined) names.set(parent, [directory.slice(at + 1)]);
    else siblings.push(directory.slice(at + 1));
  }
  return new Map([...known].map(([path, one]) => [path, { ...one, subdirectories: names.get(path) ?? [] }]));
}

function wholeBody(all: Buffer): Buffer | undefined {
  if (all.length < headerBytes || all.toString('latin1', 0, magic.length) !== magic) return undefined;
  const body = all.subarray(headerBytes);
  return all.readUInt32LE(magic.length) === crc32(body) ? body : undefined;
}

function rowAt(
  body: Buffer,
  from: number,
): { readonly row: Pick<Known, 'directory' | 'names' | 'packed' | 'trusts' | 'digests'>; readonly next: number } {
  const [pathBytes, nameBytes, count] = [0, 4, 8].map((offset) => body.readUInt32LE(from + offset)) as [
    number,
    number,
    number,
  ];
  let at = from + 12;
  const take = (length: number): Buffer => {
    at += length;
    return body.subarray(at - length, at);
  };
  const directory = take(pathBytes).toString();
  const names = take(nameBytes).toString();
  const packed = new BigInt64Array(new Uint8Array(take(count * rowBytes)).buffer);
  const [trusts, digests] = [new Uint8Array(take(count)), new Uint8Array(take(count * digestBytes))];
  return { row: { directory, names: count === 0 ? [] : names.split('\0'), packed, trusts, digests }, next: at };
}
