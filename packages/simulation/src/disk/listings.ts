/** Listings, kept until something in the directory changes: an unchanged one costs nothing. */
import type { Listing } from '@muster/tree';
import { statFields, statsOf } from '@muster/tree/testing';
import { type Directory, packedStatOf } from './inode.ts';

type Listed = Extract<Listing, { ok: true }>;

/** The answer for `directory`, asked for by `path`. Shared: not to be changed. */
export function listingOf(directory: Directory, path: string): Listed {
  if (directory.listing?.directory === path) return directory.listing;
  directory.names ??= [...directory.entries.keys()].sort();
  const { names, notUtf8 } = directory.names.some(isOdd)
    ? parted(directory.names)
    : { names: directory.names, notUtf8: [] };
  const packed = new BigInt64Array(names.length * statFields);
  names.forEach((name, index) => {
    if (!isTooLong(path, name)) packed.set(packedStatOf(directory.entries.get(name)!), index * statFields);
  });
  directory.listing = { ok: true, directory: path, names, stats: statsOf(packed), notUtf8 };
  return directory.listing;
}

const pathBytes = 4_095;
const isTooLong = (path: string, name: string): boolean =>
  (path.length + name.length + 1) * 3 > pathBytes && Buffer.byteLength(`${path}/${name}`) > pathBytes;

const surrogate = /[\ud800-\udfff]/;
const loneSurrogate = /\p{Surrogate}/u;
/** Whether the name holds bytes that are no UTF-8. */
const isOdd = (name: string): boolean => surrogate.test(name) && loneSurrogate.test(name);

function parted(all: readonly string[]): Pick<Listed, 'names' | 'notUtf8'> {
  return { names: all.filter((name) => !isOdd(name)), notUtf8: all.filter(isOdd).map(escaped).sort() };
}

/** As the real disk shows it: everything but plain ASCII as `\xNN`. */
const escaped = (name: string): string => [...name].flatMap(bytesOf).map(shown).join('');

const bytesOf = (letter: string): number[] =>
  loneSurrogate.test(letter) ? [letter.charCodeAt(0) & 0xff] : [...Buffer.from(letter)];

const shown = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
