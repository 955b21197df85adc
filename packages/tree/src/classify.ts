import { joinPath } from '@muster/protocol';
import type { Listing, Owner } from './disk.ts';
import { type Known, trust } from './known.ts';
import { packedCtime, packedGid, packedKind, packedMode, packedSize, packedUid, sameContent } from './packed.ts';
import { notUtf8, tooLarge, unsafeName } from './problems.ts';
import type { Problem } from './results.ts';
import { type Exclusions, isSafeName, isStagedName, selects, type TableEntry } from './selection.ts';

/** What a file's content is known to be, without reading it: by the stat under which it was read or written. */
export interface Learned {
  readonly packed: BigInt64Array;
  /** Raw. */
  readonly digest: Uint8Array;
}

export interface ClassifyOptions {
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  readonly maxFileBytes: number;
  /** Modes and owners are looked at only on a worker. */
  readonly drift: { readonly owner: Owner | undefined } | undefined;
  readonly learned: ReadonlyMap<string, Learned>;
}

export type Found = Extract<Listing, { ok: true }>;

/** A listing, sorted into what each name is to the tree. Indices are those of the listing. */
export interface Classified {
  readonly directory: string;
  readonly entry: TableEntry;
  readonly listing: Found;
  /** Known content: index in the listing, and where its digest is. */
  readonly reuse: readonly { readonly index: number; readonly digest: Uint8Array }[];
  readonly read: readonly number[];
  readonly links: readonly number[];
  readonly problems: readonly Problem[];
  readonly modeDrift: readonly string[];
  readonly leftovers: readonly string[];
  readonly subdirectories: readonly string[];
  /** Nothing at all lies in it. */
  readonly empty: boolean;
}

/** Decides, name by name, what is read and what is known. Costs no system call. */
export function classify(
  entry: TableEntry,
  directory: string,
  listing: Found,
  before: Known | undefined,
  options: ClassifyOptions,
): Classified {
  const { packed } = listing.stats;
  const reuse: { index: number; digest: Uint8Array }[] = [];
  const read: number[] = [];
  const links: number[] = [];
  const problems: Problem[] =
    entry.files === 'all' ? listing.notUtf8.map((name) => notUtf8(joinPath(directory, name))) : [];
  const modeDrift: string[] = [];
  const leftovers: string[] = [];
  const subdirectories: string[] = [];
  const known = digestsBefore(before);

  const file = (name: string, index: number): void => {
    const path = joinPath(directory, name);
    if (packedSize(packed, index) > options.maxFileBytes)
      return void problems.push(tooLarge(path, packedSize(packed, index), options.maxFileBytes));
    if (options.drift !== undefined && drifted(packed, index, entry.mode, options.drift.owner)) modeDrift.push(path);
    const digest = known(name, packed, index) ?? learnedAt(options.learned.get(path), packed, index);
    if (digest === undefined) read.push(index);
    else reuse.push({ index, digest });
  };

  const selected = (name: string, index: number): void => {
    const kind = packedKind(packed, index);
    if (kind !== 'file' && kind !== 'symlink') return;
    if (!isSafeName(name)) return void problems.push(unsafeName(joinPath(directory, name)));
    if (kind === 'file') file(name, index);
    else links.push(index);
  };

  const below = (name: string): void => {
    const path = joinPath(directory, name);
    if (!entry.recursive || options.table.some((other) => other.directory === path)) return;
    if (isSafeName(name)) subdirectories.push(name);
    else problems.push(unsafeName(path));
  };

  listing.names.forEach((name, index) => {
    if (packedKind(packed, index) === 'directory') below(name);
    else if (isStagedName(name)) leftovers.push(joinPath(directory, name));
    else if (selects(entry, name, options.exclusions)) selected(name, index);
  });
  const empty = listing.names.length === leftovers.length && listing.notUtf8.length === 0;
  return { directory, entry, listing, reuse, read, links, problems, modeDrift, leftovers, subdirectories, empty };
}

const drifted = (packed: BigInt64Array, index: number, mode: number, owner: Owner | undefined): boolean =>
  packedMode(packed, index) !== mode ||
  (owner !== undefined && (packedUid(packed, index) !== owner.uid || packedGid(packed, index) !== owner.gid));

const learnedAt = (learned: Learned | undefined, packed: BigInt64Array, index: number): Uint8Array | undefined =>
  learned !== undefined && sameContent(learned.packed, 0, packed, index) ? learned.digest : undefined;

/** Both lists are sorted, so one pointer walks along. */
function digestsBefore(
  before: Known | undefined,
): (name: string, packed: BigInt64Array, index: number) => Uint8Array | undefined {
  let at = 0;
  return (name, packed, index) => {
    if (before === undefined) return undefined;
    while (at < before.names.length && before.names[at]! < name) at++;
    const same =
      before.names[at] === name && before.trusts[at] === trust.sure && sameContent(before.packed, at, packed, index);
    return same ? before.digests.subarray(at * 64, at * 64 + 64) : undefined;
  };
}

/** Whether a write after the reading could have left the same times: the change is younger than `beforeNs`. */
export const isFresh = (packed: BigInt64Array, index: number, beforeNs: bigint): boolean =>
  packedCtime(packed, index) >= beforeNs;

/** What a directory that was visited did not take is of no use any more; of the others the next scan may still want it. */
export function forgetLearned(
  learned: Map<string, Learned>,
  dirty: ReadonlySet<string> | 'all',
  visited: readonly { readonly found: Classified }[],
): void {
  if (dirty === 'all') return learned.clear();
  if (learned.size === 0) return;
  for (const { found } of visited) {
    for (const name of found.listing.names) learned.delete(joinPath(found.directory, name));
  }
}
