/**
 * The digest cache on disk. Little-endian: `MUSTREE1`, CRC-32 of the rest, then per directory four
 * 32-bit lengths (path, names, files, entry index is found by path) and the bytes. Whatever does not
 * fit is as if it were not there: a lost cache costs one cold scan, a wrong one would cost the truth.
 */
import { crc32 } from 'node:zlib';
import { digestBytes, type Known, unknown } from './known.ts';
import { bytesOf, statFields } from './packed.ts';
import { entryOf, type TableEntry } from './selection.ts';

const magic = 'MUSTREE1';
const headerBytes = magic.length + 4;
const rowBytes = statFields * 8;

export function encodeCache(known: Iterable<Known>): Buffer {
  const parts: Buffer[] = [];
  for (const { directory, names, packed, trusts, digests } of known) {
    const path = Buffer.from(directory);
    const joined = Buffer.from(names.join('\0'));
    const head = Buffer.alloc(12);
    head.writeUInt32LE(path.length, 0);
    head.writeUInt32LE(joined.length, 4);
    head.writeUInt32LE(names.length, 8);
    parts.push(
      head,
      path,
      joined,
      bytesOf(packed),
      Buffer.from(trusts),
      Buffer.from(digests.buffer, digests.byteOffset, digests.byteLength),
    );
  }
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(headerBytes);
  header.write(magic, 0, 'latin1');
  header.writeUInt32LE(crc32(body), magic.length);
  return Buffer.concat([header, body]);
}

/** What was saved of directories that `table` still selects; nothing at all when one byte is wrong. */
export function decodeCache(bytes: Uint8Array | undefined, table: readonly TableEntry[]): Map<string, Known> {
  const known = new Map<string, Known>();
  if (bytes === undefined || bytes.length < headerBytes) return known;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = all.subarray(headerBytes);
  if (all.toString('latin1', 0, magic.length) !== magic || all.readUInt32LE(magic.length) !== crc32(body)) return known;
  for (let at = 0; at < body.length; ) {
    const [pathBytes, nameBytes, count] = [body.readUInt32LE(at), body.readUInt32LE(at + 4), body.readUInt32LE(at + 8)];
    at += 12;
    const next = (length: number): Buffer => {
      at += length;
      return body.subarray(at - length, at);
    };
    const directory = next(pathBytes).toString();
    const names = next(nameBytes).toString();
    const packed = new BigInt64Array(new Uint8Array(next(count * rowBytes)).buffer);
    const [trusts, digests] = [new Uint8Array(next(count)), new Uint8Array(next(count * digestBytes))];
    const entry = entryOf(table, directory);
    if (entry !== undefined)
      known.set(directory, {
        ...unknown(directory, entry),
        names: count === 0 ? [] : names.split('\0'),
        packed,
        trusts,
        digests,
      });
  }
  return known;
}
