/**
 * Finds what is on the disk: lists directories, compares each with what was known, reads only what
 * changed. All system calls are the disk's; the event loop sees batches.
 */
import { type DirectoryNode, emptyTree, type FileTree, fileTree, joinPath } from '@muster/protocol';
import { decodeCache } from './cache-format.ts';
import { openCacheWriter } from './cache-writer.ts';
import {
  type Classified,
  type ClassifyOptions,
  classify,
  type Found,
  forgetLearned,
  type Learned,
} from './classify.ts';
import type { Digested, Disk, FileStat, Owner } from './disk.ts';
import { follow } from './follow.ts';
import { type Known, trust, unknown } from './known.ts';
import { bytesOf, packedInode, packStat, statFields } from './packed.ts';
import { missingDirectory, tooManyFiles, unreadableDirectory } from './problems.ts';
import type { Problem, Scanner, ScanResult } from './results.ts';
import { type Exclusions, entryOf, type TableEntry } from './selection.ts';
import { settle } from './settle.ts';

export interface ScannerDeps {
  readonly disk: Disk;
  /** Milliseconds since 1970, on the clock that stamps the files. */
  readonly wallNow: () => number;
}

export interface ScannerConfig {
  /** Absolute path of R. */
  readonly root: string;
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  /** Whom the files of a worker must belong to; not looked at when absent. */
  readonly owner?: Owner | undefined;
  readonly limits: { readonly maxFileBytes: number; readonly maxFiles: number };
  /** Absolute path of the digest cache. */
  readonly cachePath: string;
  readonly mode: 'master' | 'worker';
}

/** A file that was just written: its content is known, so the next scan need not read it. */
export interface LearnedFile {
  /** Relative to R. */
  readonly path: string;
  readonly digest: string;
  readonly stat: FileStat;
}

export interface LearningScanner extends Scanner {
  /** Takes what a replicator wrote. Used by the next scan of its directory only, and only where the stat is still the same. */
  learn(files: readonly LearnedFile[]): void;
}

/**
 * A change younger than this when its scan began may be followed by another with the same times: file
 * systems stamp by the kernel's tick (up to 10 ms), and clocks of a mount may be a little off.
 */
const freshMs = 60;
const maxCacheBytes = 512 * 1024 * 1024;
/** Files digested before their directories are settled: keeps each turn of the event loop short. */
const chunkFiles = 500;

interface Visit {
  readonly directory: string;
  readonly entry: TableEntry;
  /** Everything below too, not only what is new. */
  readonly deep: boolean;
}

export async function openScanner({ disk, wallNow }: ScannerDeps, config: ScannerConfig): Promise<LearningScanner> {
  const { root, table, cachePath, limits, mode } = config;
  const absolute = (directory: string): string => `${root}/${directory}`;
  let known: Map<string, Known> = decodeCache(await disk.read(cachePath, maxCacheBytes).catch(() => undefined), table);
  const learned = new Map<string, Learned>();
  let last: ScanResult | undefined;
  const cache = openCacheWriter(disk, cachePath, () => known.values());

  const start = (dirty: ReadonlySet<string> | 'all'): Visit[] => {
    if (dirty === 'all') return table.map((entry) => ({ directory: entry.directory, entry, deep: true }));
    const visits = new Map<string, Visit>();
    const visit = (directory: string, entry: TableEntry): void =>
      void visits.set(directory, { directory, entry, deep: false });
    for (const directory of dirty) {
      const nearest = nearestKnown(directory, known, table);
      if (nearest !== undefined) visit(nearest.directory, nearest.entry);
    }
    for (const one of known.values()) if (!one.settled) visit(one.directory, one.entry);
    for (const entry of table) if (!known.has(entry.directory)) visit(entry.directory, entry);
    return [...visits.values()];
  };

  const scan = async (dirty: ReadonlySet<string> | 'all', signal: AbortSignal): Promise<ScanResult> => {
    signal.throwIfAborted();
    const freshNs = BigInt(Math.floor(wallNow() - freshMs)) * 1_000_000n;
    const draft = new Map(known);
    const options = optionsOf(config, learned);
    const changed: { found: Classified; before: Known | undefined }[] = [];
    for (let visits = start(dirty); visits.length > 0; ) {
      const listings = await disk.list(visits.map(({ directory }) => absolute(directory)));
      signal.throwIfAborted();
      visits = visits.flatMap((visit, index) => visited(visit, listings[index]!, draft, options, changed, mode));
    }
    const reused = await settleAll(changed, draft, freshNs, signal);
    if (changed.length > 0 || draft.size !== known.size) cache.changed();
    known = draft;
    forgetLearned(learned, dirty, changed);
    last = resultOf(draft, last, config, reused);
    return last;
  };

  const settleAll = async (
    changed: readonly { found: Classified; before: Known | undefined }[],
    draft: Map<string, Known>,
    freshNs: bigint,
    signal: AbortSignal,
  ): Promise<number> => {
    let hashed = 0;
    await Promise.all(
      chunksOf(changed).map(async (chunk) => {
        const paths = chunk.flatMap(({ found }) =>
          found.read.map((index) => `${absolute(found.directory)}/${found.listing.names[index]}`),
        );
        const digested = paths.length === 0 ? [] : await disk.digest(paths, signal);
        let at = 0;
        for (const { found, before } of chunk) {
          const own = new Map<number, Digested>(found.read.map((index) => [index, digested[at++]!]));
          const followed = await follow(disk, root, config, found, before, signal);
          signal.throwIfAborted();
          hashed += own.size + followed.hashed;
          draft.set(found.directory, settle(found, own, followed.links, before, freshNs, limits.maxFileBytes));
        }
      }),
    );
    return hashed;
  };

  const learn = (files: readonly LearnedFile[]): void => {
    for (const { path, digest, stat } of files) {
      const packed = new BigInt64Array(statFields);
      packStat(packed, 0, stat);
      learned.set(path, { packed, digest: Buffer.from(digest, 'hex') });
    }
  };

  return { scan, save: cache.save, learn };
}

const optionsOf = (
  { table, exclusions, limits, mode, owner }: ScannerConfig,
  learned: ReadonlyMap<string, Learned>,
): ClassifyOptions => ({
  table,
  exclusions,
  maxFileBytes: limits.maxFileBytes,
  drift: mode === 'worker' ? { owner } : undefined,
  learned,
});

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

/** Takes in one listing; returns what is to be listed next. */
function visited(
  { directory, entry, deep }: Visit,
  listing: Found | { readonly ok: false; readonly failure: { readonly code: string } },
  draft: Map<string, Known>,
  options: ClassifyOptions,
  changed: { found: Classified; before: Known | undefined }[],
  mode: ScannerConfig['mode'],
): Visit[] {
  const before = draft.get(directory);
  if (!listing.ok) {
    unlisted(directory, entry, listing.failure.code, draft, mode);
    return [];
  }
  if (before?.settled === true && sameListing(before, listing)) {
    return deep ? before.subdirectories.map((name) => ({ directory: joinPath(directory, name), entry, deep })) : [];
  }
  const found = classify(entry, directory, listing, before, options);
  changed.push({ found, before });
  for (const name of before?.subdirectories ?? []) {
    if (!found.subdirectories.includes(name)) forget(joinPath(directory, name), entry, draft);
  }
  return found.subdirectories.flatMap((name): Visit[] => {
    const path = joinPath(directory, name);
    const isNew =
      !draft.has(path) ||
      (before !== undefined &&
        inodeOf(before.names, before.packed, name) !== inodeOf(listing.names, listing.stats.packed, name));
    return deep || isNew ? [{ directory: path, entry, deep: deep || isNew }] : [];
  });
}

const sameListing = (before: Known, { names, notUtf8, stats }: Found): boolean =>
  before.names.length === names.length &&
  bytesOf(before.packed).equals(bytesOf(stats.packed)) &&
  names.every((name, index) => name === before.names[index]) &&
  before.notUtf8.join('/') === notUtf8.join('/');

const inodeOf = (names: readonly string[], packed: BigInt64Array, name: string): string =>
  packedInode(packed, names.indexOf(name));

const isGone = (code: string): boolean => code === 'ENOENT' || code === 'ENOTDIR';

/** What cannot be read must not look deleted: what was known of it stays, and a problem says why. */
function unlisted(
  directory: string,
  entry: TableEntry,
  code: string,
  draft: Map<string, Known>,
  mode: ScannerConfig['mode'],
): void {
  const before = draft.get(directory) ?? unknown(directory, entry);
  const block = (problem: Problem): void =>
    void draft.set(directory, { ...before, problems: [problem], settled: false });
  if (!isGone(code)) {
    block(unreadableDirectory(directory, code));
    return;
  }
  const heldFiles = [...draft.values()].some(
    (one) => one.entry === entry && (one.node?.files.size ?? 0) + one.trusts.filter((t) => t !== trust.none).length > 0,
  );
  if (directory === entry.directory && mode === 'master' && heldFiles) block(missingDirectory(directory));
  else forget(directory, entry, draft);
}

/** Drops `directory` and all below it that belongs to the same entry. */
function forget(directory: string, entry: TableEntry, draft: Map<string, Known>): void {
  for (const [path, one] of draft) {
    if (one.entry === entry && (path === directory || path.startsWith(`${directory}/`))) draft.delete(path);
  }
}

function chunksOf(
  changed: readonly { found: Classified; before: Known | undefined }[],
): { found: Classified; before: Known | undefined }[][] {
  const chunks: { found: Classified; before: Known | undefined }[][] = [];
  let files = chunkFiles;
  for (const one of changed) {
    if (files >= chunkFiles) {
      chunks.push([]);
      files = 0;
    }
    chunks[chunks.length - 1]!.push(one);
    files += one.found.read.length + 1;
  }
  return chunks;
}

function resultOf(
  known: ReadonlyMap<string, Known>,
  last: ScanResult | undefined,
  { table, limits }: ScannerConfig,
  hashed: number,
): ScanResult {
  const all = [...known.values()].sort((a, b) => (a.directory < b.directory ? -1 : 1));
  const nodes = new Map<string, DirectoryNode>();
  for (const { directory, node } of all) if (node !== undefined) nodes.set(directory, node);
  const problems: Problem[] = all.flatMap((one) => one.problems);
  const held = problems.filter(({ effect }) => effect === 'held').map(({ path }) => path);
  const tree = shareTree(nodes, held, last?.tree ?? emptyTree);
  if (tree.files > limits.maxFiles) problems.push(tooManyFiles(tree.files, limits.maxFiles));
  const watched = new Set(all.map(({ directory }) => directory));
  for (const { directory } of table)
    if (!watched.has(directory)) watched.add(directory.slice(0, Math.max(directory.lastIndexOf('/'), 0)));
  return {
    tree,
    problems,
    modeDrift: all.flatMap((one) => one.modeDrift),
    leftovers: all.flatMap((one) => one.leftovers),
    directories: [...watched].filter((directory) => directory !== '').sort(),
    hashed,
    reused: Math.max(0, tree.files - hashed),
  };
}

/** The tree before, when nothing changed: whoever compares can compare by identity. */
function shareTree(nodes: ReadonlyMap<string, DirectoryNode>, held: readonly string[], last: FileTree): FileTree {
  const same =
    nodes.size === last.directories.size &&
    [...nodes].every(([directory, node]) => last.directories.get(directory) === node) &&
    held.length === last.held.size &&
    held.every((path) => last.held.has(path));
  return same ? last : fileTree(nodes, held);
}
