/**
 * The journal of one transaction: what is left to do once everything is staged and synced. Written
 * whole before the first rename, removed after the last; whoever finds it rolls it forward.
 *
 * On disk: a line with version and checksum of the rest, then one JSON array a line, its kind first,
 * of at most `pieceItems` values, so that neither writing nor reading it stops the event loop.
 */
import { createHash } from 'node:crypto';
import { type InPieces, pieceItems } from './pieces.ts';

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

const version = 'muster-journal-2';
const parts = ['files', 'directories', 'parents'] as const;

export function* encodeJournal(journal: Journal): InPieces<Uint8Array> {
  const hash = createHash('blake2b512');
  const lines: Buffer[] = [];
  for (const row of rowsOf(journal)) {
    const line = Buffer.from(`${JSON.stringify(row)}\n`);
    hash.update(line);
    lines.push(line);
    yield;
  }
  return Buffer.concat([Buffer.from(`${version} ${hash.digest('hex')}\n`), ...lines]);
}

function* rowsOf(journal: Journal): Generator<readonly unknown[]> {
  yield ['transaction', journal.nonce, journal.trash];
  for (const when of ['first', 'last'] as const)
    for (const part of parts) yield* inLines(`${when}.${part}`, journal[when][part]);
  yield* inLines('makeDirectories', journal.makeDirectories);
  yield* inLines('renames', journal.renames);
}

function* inLines(kind: string, values: readonly unknown[]): Generator<readonly unknown[]> {
  for (let at = 0; at < values.length; at += pieceItems) yield [kind, ...values.slice(at, at + pieceItems)];
}

/** `undefined` for anything but a whole journal: then no rename has been done yet. */
export function* decodeJournal(bytes: Uint8Array): InPieces<Journal | undefined> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = all.indexOf('\n');
  const checksum = createHash('blake2b512')
    .update(all.subarray(end + 1))
    .digest('hex');
  if (end < 0 || all.toString('latin1', 0, end) !== `${version} ${checksum}`) return undefined;
  const found = new Map<string, unknown[]>();
  for (let at = end + 1; at < all.length; ) {
    const next = all.indexOf('\n', at) + 1;
    const [kind, ...values] = JSON.parse(all.toString('utf8', at, next)) as [string, ...unknown[]];
    found.set(kind, (found.get(kind) ?? []).concat(values));
    at = next;
    yield;
  }
  const list = <T>(kind: string): readonly T[] => (found.get(kind) ?? []) as T[];
  const [nonce, trash] = list('transaction') as [string, number];
  const removals = (when: 'first' | 'last'): Removals => ({
    files: list(`${when}.files`),
    directories: list(`${when}.directories`),
    parents: list(`${when}.parents`),
  });
  return {
    nonce,
    trash,
    first: removals('first'),
    makeDirectories: list('makeDirectories'),
    renames: list('renames'),
    last: removals('last'),
  };
}

const countOf = ({ files, directories, parents }: Removals): number =>
  files.length + directories.length + parents.length;

export const isEmptyJournal = ({ first, makeDirectories, renames, last }: Journal): boolean =>
  countOf(first) + makeDirectories.length + renames.length + countOf(last) === 0;
