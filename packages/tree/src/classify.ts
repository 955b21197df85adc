import { joinPath } from '@muster/protocol';
import type { Listing, Owner } from './disk.ts';
import { type Known, trust } from './known.ts';
import type { LearnedFile } from './learned.ts';
import {
  isContentOf,
  isUnstatted,
  packedCtime,
  packedGid,
  packedKind,
  packedMode,
  packedSize,
  packedUid,
  sameContent,
} from './packed.ts';
import { notUtf8, tooLarge, unsafeName } from './problems.ts';
import type { Problem } from './results.ts';
import { type Exclusions, isSafeName, isSafePath, isStagedName, selects, type TableEntry } from './selection.ts';

export interface ClassifyOptions {
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  readonly maxFileBytes: number;
  /** Modes and owners are looked at only on a worker. */
  readonly drift: { readonly owner: Owner | undefined } | undefined;
  readonly learned: ReadonlyMap<string, LearnedFile>;
  /** Directories that are meant to be there, files or not. */
  readonly asked: ReadonlySet<string>;
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
  readonly asked: boolean;
  /** It counts even without a file: nothing at all lies in it, or it was asked for. */
  readonly counts: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };
type Draft = Mutable<Classified>;

/** Decides, name by name, what is read and what is known. Costs no system call. */
export function classify(
  entry: TableEntry,
  directory: string,
  listing: Found,
  before: Known | undefined,
  options: ClassifyOptions,
): Classified {
  const draft = draftOf(entry, directory, listing, options.asked.has(directory));
  const known = digestsBefore(before);
  const { packed } = listing.stats;
  listing.names.forEach((name, index) => {
    const kind = packedKind(packed, index);
    if (isUnstatted(packed, index)) draft.problems.push(unsafeName(joinPath(directory, name)));
    else if (kind === 'directory') takeDirectory(draft, name, options);
    else if (isStagedName(name)) draft.leftovers.push(joinPath(directory, name));
    else if (!selects(entry, name, options.exclusions) || kind === 'other') return;
    else if (!isSafeName(name)) draft.problems.push(unsafeName(joinPath(directory, name)));
    else if (kind === 'symlink') draft.links.push(index);
    else takeFile(draft, name, index, known, options);
  });
  const empty = listing.names.length === draft.leftovers.length && listing.notUtf8.length === 0;
  draft.counts = entry.files === 'all' && directory !== entry.directory && (empty || draft.asked);
  return draft;
}

const draftOf = (entry: TableEntry, directory: string, listing: Found, asked: boolean): Draft => ({
  directory,
  entry,
  listing,
  reuse: [],
  read: [],
  links: [],
  problems: entry.files === 'all' ? listing.notUtf8.map((name) => notUtf8(joinPath(directory, name))) : [],
  modeDrift: [],
  leftovers: [],
  subdirectories: [],
  asked,
  counts: false,
});

/** Those of another table entry are scanned by it. */
function takeDirectory({ entry, directory, subdirectories, problems }: Draft, name: string, options: ClassifyOptions) {
  const path = joinPath(directory, name);
  if (!entry.recursive || options.table.some((other) => other.directory === path)) return;
  if (isSafeName(name) && isSafePath(path)) subdirectories.push(name);
  else problems.push(unsafeName(path));
}

function takeFile(
  draft: Draft,
  name: string,
  index: number,
  known: ReturnType<typeof digestsBefore>,
  { maxFileBytes, drift, learned }: ClassifyOptions,
): void {
  const { packed } = draft.listing.stats;
  const path = joinPath(draft.directory, name);
  const size = packedSize(packed, index);
  if (!isSafePath(path)) return void draft.problems.push(unsafeName(path));
  if (size > maxFileBytes) return void draft.problems.push(tooLarge(path, size, maxFileBytes));
  if (drift !== undefined && drifted(packed, index, draft.entry.mode, drift.owner)) draft.modeDrift.push(path);
  const digest = known(name, packed, index) ?? learnedAt(learned.get(path), packed, index);
  if (digest === undefined) draft.read.push(index);
  else draft.reuse.push({ index, digest });
}

const drifted = (packed: BigInt64Array, index: number, mode: number, owner: Owner | undefined): boolean =>
  packedMode(packed, index) !== mode ||
  (owner !== undefined && (packedUid(packed, index) !== owner.uid || packedGid(packed, index) !== owner.gid));

const learnedAt = (learned: LearnedFile | undefined, packed: BigInt64Array, index: number): Uint8Array | undefined =>
  learned !== undefined && isContentOf(learned.stat, packed, index) ? Buffer.from(learned.digest, 'hex') : undefined;

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
