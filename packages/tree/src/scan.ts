/**
 * Finds what is on the disk: lists directories, compares each with what was known, reads only what
 * changed. All system calls are the disk's; the event loop sees batches, and gets its turn between them.
 */
import { joinPath } from '@muster/protocol';
import { openCacheWriter } from './cache-writer.ts';
import type { ClassifyOptions } from './classify.ts';
import type { Digested, Disk, Listing, Owner } from './disk.ts';
import { follow } from './follow.ts';
import type { Known } from './known.ts';
import { askedAfter, type LearnedDirectories, type LearnedFile } from './learned.ts';
import { recall } from './recall.ts';
import type { Scanner, ScanResult } from './results.ts';
import { resultOf } from './scan-result.ts';
import type { Exclusions, TableEntry } from './selection.ts';
import { settle } from './settle.ts';
import {
  type Changed,
  dropGone,
  firstVisits,
  isEmptied,
  isUnmounted,
  joinVisits,
  type Visit,
  visited,
  type Walk,
} from './visit.ts';

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

export interface LearningScanner extends Scanner {
  /** Takes what a replicator wrote. Used by the next scan of its directory only, and only where the stat is still the same. */
  learn(files: readonly LearnedFile[], directories?: LearnedDirectories): void;
}

/**
 * A change younger than this when its scan began may be followed by another with the same times: file
 * systems stamp by the kernel's tick (up to 10 ms), and clocks of a mount may be a little off.
 */
const freshMs = 60;
/** Files digested before their directories are settled: keeps each turn of the event loop short. */
const chunkFiles = 500;
/** Names taken in before others get their turn: some milliseconds. */
const turnNames = 2_000;

/** All that a scanner remembers between two scans. */
interface Memory {
  known: Map<string, Known>;
  readonly learned: Map<string, LearnedFile>;
  asked: ReadonlySet<string>;
  last: ScanResult | undefined;
}

export async function openScanner({ disk, wallNow }: ScannerDeps, config: ScannerConfig): Promise<LearningScanner> {
  const memory: Memory = { known: new Map(), learned: new Map(), asked: new Set(), last: undefined };
  let isRecalled = false;
  const remember = async (): Promise<void> => {
    if (isRecalled) return;
    memory.known = await recall(disk, config.cachePath, config.table);
    isRecalled = true;
  };
  // A worker does without it: its files are the master's to judge.
  await remember().catch(() => {
    isRecalled = config.mode === 'worker';
  });
  const writer = openCacheWriter({
    disk,
    wallNow,
    root: config.root,
    path: config.cachePath,
    known: () => memory.known.values(),
  });
  return {
    scan: async (dirty, signal) => {
      await remember();
      const before = memory.known;
      const { changed, result } = await scan(
        disk,
        config,
        memory,
        dirty,
        BigInt(Math.floor(wallNow() - freshMs)),
        signal,
      );
      if (changed > 0 || memory.known.size !== before.size) writer.changed();
      return result;
    },
    save: writer.save,
    learn: (files, directories) => learn(memory, files, directories),
  };
}

/** What a rejected scan found is forgotten; what was learned is kept for the next. */
async function scan(
  disk: Disk,
  config: ScannerConfig,
  memory: Memory,
  dirty: ReadonlySet<string> | 'all',
  freshMilliseconds: bigint,
  signal: AbortSignal,
): Promise<{ readonly result: ScanResult; readonly changed: number }> {
  signal.throwIfAborted();
  const { learned, asked } = memory;
  const options = optionsOf(config, learned, asked);
  const walk: Walk = {
    draft: new Map(memory.known),
    options,
    mode: config.mode,
    changed: [],
    gone: new Set(),
    kept: new Set(),
  };
  await list(disk, config.root, walk, firstVisits(dirty, memory.known, options), signal);
  const hashed = await read(disk, config, walk, freshMilliseconds * 1_000_000n, signal);
  memory.known = walk.draft;
  forgetLearned(memory, dirty === 'all' ? 'all' : walk.changed);
  const result = resultOf(walk.draft, memory.last, config, hashed);
  memory.last = result;
  return { result, changed: walk.changed.length };
}

async function list(disk: Disk, root: string, walk: Walk, first: readonly Visit[], signal: AbortSignal): Promise<void> {
  for (let visits = first; visits.length > 0; ) {
    const listings = await disk.list(visits.map(({ directory }) => `${root}/${directory}`));
    signal.throwIfAborted();
    const unmounted = await findUnmounted(disk, root, walk, visits, listings);
    signal.throwIfAborted();
    const next: Visit[] = [];
    const pace = paceOf(disk);
    for (const [index, visit] of visits.entries()) {
      const listing = listings[index]!;
      if (unmounted.has(visit)) continue;
      next.push(...visited(walk, visit, listing));
      await pace(listing.ok ? listing.names.length : 1);
    }
    dropGone(walk);
    visits = joinVisits(next);
  }
}

/** Which of the table directories are empty because their file system is not mounted. */
async function findUnmounted(
  disk: Disk,
  root: string,
  walk: Walk,
  visits: readonly Visit[],
  listings: readonly Listing[],
): Promise<ReadonlySet<Visit>> {
  const emptied = visits.filter((visit, index) => isEmptied(walk, visit, listings[index]!));
  if (emptied.length === 0) return new Set();
  // With the dot: a table directory may be a symlink, and what counts is where it leads.
  const stats = await disk.stat(emptied.map(({ directory }) => `${root}/${directory}/.`));
  const found = emptied.filter((visit, index) => {
    const stat = stats[index]!;
    return 'device' in stat && isUnmounted(walk, visit, stat.device);
  });
  return new Set(found);
}

/** Reads what must be read; returns how many files that were. */
async function read(
  disk: Disk,
  config: ScannerConfig,
  { changed, draft }: Walk,
  freshNs: bigint,
  signal: AbortSignal,
): Promise<number> {
  const pace = paceOf(disk);
  let hashed = 0;
  const readChunk = async (chunk: readonly Changed[]): Promise<void> => {
    const all = await digestChunk(disk, config.root, chunk, signal);
    let at = 0;
    for (const { found, before } of chunk) {
      const digested = new Map<number, Digested>(found.read.map((index) => [index, all[at++]!]));
      const { links, hashed: followed } = await follow(disk, config.root, config, found, before, signal);
      signal.throwIfAborted();
      hashed += digested.size + followed;
      const content = { digested, followed: links };
      draft.set(found.directory, settle(found, content, before, freshNs, config.limits.maxFileBytes));
      await pace(found.listing.names.length);
    }
  };
  const reading: Promise<void>[] = [];
  for (const chunk of chunksOf(changed)) {
    const one = readChunk(chunk);
    one.catch(() => {});
    reading.push(one);
    await pace(chunkFiles);
  }
  await Promise.all(reading);
  return hashed;
}

async function digestChunk(
  disk: Disk,
  root: string,
  chunk: readonly Changed[],
  signal: AbortSignal,
): Promise<readonly Digested[]> {
  const paths = chunk.flatMap(({ found }) =>
    found.read.map((index) => `${root}/${found.directory}/${found.listing.names[index]}`),
  );
  return paths.length === 0 ? [] : disk.digest(paths, signal);
}

/** Lets others in whenever `turnNames` names were dealt with, by whomever. */
function paceOf(disk: Disk): (names: number) => Promise<void> {
  let since = 0;
  return async (names) => {
    since += names;
    if (since < turnNames) return;
    since = 0;
    await disk.turn();
  };
}

function learn(memory: Memory, files: readonly LearnedFile[], directories: LearnedDirectories | undefined): void {
  for (const file of files) memory.learned.set(file.path, file);
  if (directories !== undefined) memory.asked = askedAfter(memory.asked, directories);
}

const optionsOf = (
  { table, exclusions, limits, mode, owner }: ScannerConfig,
  learned: ReadonlyMap<string, LearnedFile>,
  asked: ReadonlySet<string>,
): ClassifyOptions => ({
  table,
  exclusions,
  maxFileBytes: limits.maxFileBytes,
  drift: mode === 'worker' ? { owner } : undefined,
  learned,
  asked,
});

/**
 * What a directory that was visited did not take is of no use any more; of the others the next scan may
 * still want it. What was learned while the scan ran may be lost: that costs reading it.
 */
function forgetLearned({ learned }: Memory, extent: Walk['changed'] | 'all'): void {
  if (extent === 'all') return learned.clear();
  if (learned.size === 0) return;
  for (const { found } of extent)
    for (const name of found.listing.names) learned.delete(joinPath(found.directory, name));
}

/** Directories together until they hold `chunkFiles` to read, or are as many. */
function chunksOf(changed: readonly Changed[]): Changed[][] {
  const chunks: Changed[][] = [];
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
