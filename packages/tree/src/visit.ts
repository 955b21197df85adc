/** What a scan lists, and what it makes of each listing. */
import { joinPath } from '@muster/protocol';
import { type Classified, type ClassifyOptions, classify, type Found } from './classify.ts';
import type { Listing } from './disk.ts';
import { type Known, trust, unknown } from './known.ts';
import { bytesOf, holdsDevice, packedInode, packedKind } from './packed.ts';
import { missingDirectory, unmountedDirectory, unreadableDirectory } from './problems.ts';
import type { Problem } from './results.ts';
import { entryOf, selects, type TableEntry } from './selection.ts';

export interface Visit {
  readonly directory: string;
  readonly entry: TableEntry;
  /** Everything below too, not only what is new. */
  readonly deep: boolean;
  /** Directories in it that were not there when they were to be listed: names. */
  readonly missing?: Set<string>;
}

/** A directory that is not as it was, and what was known of it. */
export interface Changed {
  readonly found: Classified;
  readonly before: Known | undefined;
}

/** A scan in progress. */
export interface Walk {
  /** What is known by now; at first, what was known before. */
  readonly draft: Map<string, Known>;
  readonly options: ClassifyOptions;
  readonly mode: 'master' | 'worker';
  readonly changed: Changed[];
  /** Directories that went, to be dropped with all below them, thousands at once (`dropGone`). */
  readonly gone: Set<string>;
  /** Entries of which what was known stays, for they look unmounted. */
  readonly kept: Set<TableEntry>;
}

/** Where a scan begins. */
export function firstVisits(
  dirty: ReadonlySet<string> | 'all',
  known: ReadonlyMap<string, Known>,
  { table, asked }: Pick<ClassifyOptions, 'table' | 'asked'>,
): Visit[] {
  if (dirty === 'all') return table.map((entry) => ({ directory: entry.directory, entry, deep: true }));
  const visits = new Map<string, Visit>();
  const visit = (directory: string, entry: TableEntry): void =>
    void visits.set(directory, { directory, entry, deep: false });
  for (const directory of dirty) {
    const nearest = nearestKnown(directory, known, table);
    if (nearest !== undefined) visit(nearest.directory, nearest.entry);
  }
  for (const one of known.values())
    if (!one.settled || one.asked !== asked.has(one.directory)) visit(one.directory, one.entry);
  for (const entry of table) if (!known.has(entry.directory)) visit(entry.directory, entry);
  return [...visits.values()];
}

/** Only what was found by scanning is listed: a name from outside may lead through a symlink. */
function nearestKnown(
  directory: string,
  known: ReadonlyMap<string, Known>,
  table: readonly TableEntry[],
): { directory: string; entry: TableEntry } | undefined {
  const entry = entryOf(table, directory);
  if (entry === undefined) return undefined;
  let at = directory;
  while (at !== entry.directory && !known.has(at)) at = at.slice(0, at.lastIndexOf('/'));
  return { directory: at, entry };
}

/** One visit for each directory: thousands of directories that went have few parents. */
export function joinVisits(visits: readonly Visit[]): Visit[] {
  const joined = new Map<string, Visit>();
  for (const visit of visits) {
    const { directory, entry, deep, missing } = visit;
    const other = joined.get(directory);
    if (other === undefined) joined.set(directory, visit);
    else if (other.missing !== undefined && !deep) for (const name of missing ?? []) other.missing.add(name);
    else {
      const all = new Set([...(other.missing ?? []), ...(missing ?? [])]);
      joined.set(directory, { directory, entry, deep: deep || other.deep, missing: all });
    }
  }
  return [...joined.values()];
}

/** Takes in one listing; returns what is to be listed next. */
export function visited(walk: Walk, { directory, entry, deep, missing }: Visit, listing: Listing): Visit[] {
  const { draft, options } = walk;
  const before = draft.get(directory);
  if (!listing.ok) {
    const { code } = listing.failure;
    if (isGone(code) && directory !== entry.directory) return [above(directory, entry)];
    unlisted(walk, directory, entry, code);
    return [];
  }
  if (missing !== undefined) dropMissing(walk, directory, missing, listing);
  if (before !== undefined && isAsBefore(before, listing, options)) {
    return deep ? before.subdirectories.map((name) => ({ directory: joinPath(directory, name), entry, deep })) : [];
  }
  const found = classify(entry, directory, listing, before, options);
  walk.changed.push({ found, before });
  const still = new Set(found.subdirectories);
  for (const name of before?.subdirectories ?? []) if (!still.has(name)) walk.gone.add(joinPath(directory, name));
  return below(found, before, draft, deep);
}

/** Whether a directory went alone, or with the file system that it lies on, is seen from above. */
function above(directory: string, entry: TableEntry): Visit {
  const at = directory.lastIndexOf('/');
  return { directory: directory.slice(0, at), entry, deep: false, missing: new Set([directory.slice(at + 1)]) };
}

function dropMissing({ gone }: Walk, directory: string, missing: ReadonlySet<string>, { names }: Found): void {
  const there = new Set(names);
  for (const name of missing) if (!there.has(name)) gone.add(joinPath(directory, name));
}

function below(
  { directory, entry, listing, subdirectories }: Classified,
  before: Known | undefined,
  draft: ReadonlyMap<string, Known>,
  deep: boolean,
): Visit[] {
  if (subdirectories.length === 0) return [];
  const inodeBefore = inodesOf(before?.names ?? [], before?.packed);
  const inodeNow = inodesOf(listing.names, listing.stats.packed);
  return subdirectories.flatMap((name): Visit[] => {
    const path = joinPath(directory, name);
    const isNew = !draft.has(path) || (before !== undefined && inodeBefore(name) !== inodeNow(name));
    return deep || isNew ? [{ directory: path, entry, deep: true }] : [];
  });
}

/** Device and inode by name; thousands of directories may lie in one. */
function inodesOf(names: readonly string[], packed: BigInt64Array | undefined): (name: string) => string | undefined {
  const indices = new Map(names.map((name, index) => [name, index]));
  return (name) => {
    const index = indices.get(name);
    return index === undefined || packed === undefined ? undefined : packedInode(packed, index);
  };
}

const isAsBefore = (before: Known, { names, notUtf8, stats }: Found, { asked }: ClassifyOptions): boolean =>
  before.settled &&
  before.asked === asked.has(before.directory) &&
  before.names.length === names.length &&
  bytesOf(before.packed).equals(bytesOf(stats.packed)) &&
  names.every((name, index) => name === before.names[index]) &&
  before.notUtf8.join('/') === notUtf8.join('/');

const isGone = (code: string): boolean => code === 'ENOENT' || code === 'ENOTDIR';

/** What cannot be read must not look deleted: what was known of it stays, and a problem says why. */
function unlisted(walk: Walk, directory: string, entry: TableEntry, code: string): void {
  if (!isGone(code)) block(walk, directory, entry, unreadableDirectory(directory, code));
  else if (walk.mode === 'master' && heldFiles(entry, walk.draft) > 0) {
    walk.kept.add(entry);
    block(walk, directory, entry, missingDirectory(directory));
  } else walk.gone.add(directory);
}

function block({ draft }: Walk, directory: string, entry: TableEntry, problem: Problem): void {
  const before = draft.get(directory) ?? unknown(directory, entry);
  draft.set(directory, { ...before, problems: [problem], settled: false });
}

/** How many files are known of `entry`; the trusts tell it of what comes from the cache. */
function heldFiles(entry: TableEntry, draft: ReadonlyMap<string, Known>): number {
  let files = 0;
  for (const one of draft.values())
    if (one.entry === entry)
      files += Math.max(one.node?.files.size ?? 0, one.trusts.filter((t) => t !== trust.none).length);
  return files;
}

/** Whether an empty table directory of a master held something before: then its device tells whether it is unmounted. */
export const isEmptied = ({ draft, mode, options }: Walk, { directory, entry }: Visit, listing: Listing): boolean =>
  mode === 'master' &&
  directory === entry.directory &&
  listing.ok &&
  (draft.get(directory)?.names.length ?? 0) > 0 &&
  isBare(listing, entry, options);

/** Nothing of the tree lies in it. What is not synchronised says nothing: programs write it wherever the path leads. */
const isBare = ({ names, notUtf8, stats }: Found, entry: TableEntry, { exclusions }: ClassifyOptions): boolean =>
  notUtf8.length === 0 &&
  !names.some((name, index) => packedKind(stats.packed, index) === 'directory' || selects(entry, name, exclusions));

/**
 * Takes in that an emptied table directory lies on `device` now; `true`: on none of those that its entries
 * were on, so that its file system is not mounted. Then what was known of it stays, and a problem says so.
 */
export function isUnmounted(walk: Walk, { directory, entry }: Visit, device: bigint): boolean {
  const before = walk.draft.get(directory);
  if (before === undefined || holdsDevice(before.packed, device)) return false;
  const files = heldFiles(entry, walk.draft);
  if (files === 0) return false;
  walk.kept.add(entry);
  block(walk, directory, entry, unmountedDirectory(directory, files));
  return true;
}

/**
 * Drops each directory that went, and all below it that belongs to the same entry: once after many
 * were visited, for it costs the number of directories known.
 */
export function dropGone({ draft, gone, kept }: Walk): void {
  if (gone.size === 0) return;
  for (const [path, { entry }] of draft)
    if (!kept.has(entry) && (gone.has(path) || underAnyOf(entry, path, gone))) draft.delete(path);
  gone.clear();
}

/** An entry that lies below a directory that went is listed for itself. */
function underAnyOf({ directory }: TableEntry, path: string, gone: ReadonlySet<string>): boolean {
  for (let at = path; at.length > directory.length; ) {
    at = at.slice(0, at.lastIndexOf('/'));
    if (gone.has(at)) return true;
  }
  return false;
}
