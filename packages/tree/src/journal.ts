/**
 * The journal of one transaction: what is left to do once everything is staged and synced. Written
 * whole before the first rename, removed after the last; whoever finds it rolls it forward.
 */
import { createHash } from 'node:crypto';
import type { DiskStep } from './disk.ts';

export interface Journal {
  /** Part of every staged name. */
  readonly nonce: string;
  /** Number of the trash folder. */
  readonly trash: number;
  /** In the order in which they are done; paths relative to R, steps idempotent. */
  readonly first: Removals;
  readonly makeDirectories: readonly string[];
  readonly renames: readonly { readonly from: string; readonly to: string }[];
  readonly last: Removals;
}

/** Files first, then directories, deepest first. */
export interface Removals {
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** Directories above those, which go only when nothing at all is left in them. Deepest first. */
  readonly parents: readonly string[];
}

const version = 'muster-journal-1';

const checksum = (body: string): string => createHash('blake2b512').update(body).digest('hex');

export function encodeJournal({ nonce, trash, first, makeDirectories, renames, last }: Journal): Uint8Array {
  const flat = renames.flatMap(({ from, to }) => [from, to]);
  const body = JSON.stringify([nonce, trash, rowOf(first), makeDirectories, flat, rowOf(last)] satisfies Row);
  return Buffer.from(`${version} ${checksum(body)}\n${body}`);
}

type Part = readonly [files: readonly string[], directories: readonly string[], parents: readonly string[]];
type Row = readonly [string, number, Part, readonly string[], readonly string[], Part];

const rowOf = ({ files, directories, parents }: Removals): Part => [files, directories, parents];
const removalsOf = ([files, directories, parents]: Part): Removals => ({ files, directories, parents });

/** `undefined` for anything but a whole journal: then no rename has been done yet. */
export function decodeJournal(bytes: Uint8Array): Journal | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== `${version} ${checksum(body)}`) return undefined;
  const [nonce, trash, first, makeDirectories, flat, last] = JSON.parse(body) as Row;
  const renames = Array.from({ length: flat.length / 2 }, (_, index) => ({
    from: flat[index * 2]!,
    to: flat[index * 2 + 1]!,
  }));
  return { nonce, trash, first: removalsOf(first), makeDirectories, renames, last: removalsOf(last) };
}

const countOf = ({ files, directories, parents }: Removals): number =>
  files.length + directories.length + parents.length;

export const isEmptyJournal = ({ first, makeDirectories, renames, last }: Journal): boolean =>
  countOf(first) + makeDirectories.length + renames.length + countOf(last) === 0;

/** Where a removed file goes: its path, below the trash folder of the transaction. */
export const trashStep = (root: string, trashPath: string, path: string): Extract<DiskStep, { do: 'rename' }> => ({
  do: 'rename',
  from: `${root}/${path}`,
  to: `${trashPath}/${path}`,
});
