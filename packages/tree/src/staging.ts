/** Before the journal: directories are made, content comes in beside its targets. Whatever fails here leaves the tree as it was. */
import { splitPath } from '@muster/protocol';
import type { Staged, StagedWrite, Stager } from './disk.ts';
import { DiskError, isDeviceFault } from './disk-error.ts';
import { type Failure, failure } from './failure.ts';
import { eachPiece, type InPieces, runPieces } from './pieces.ts';
import type { Put, Work } from './plan.ts';
import type { ContentSource } from './results.ts';
import { makeDirectoryStep, type Site, withinOf } from './site.ts';

export interface Stage {
  /** What is whole, by target path. */
  readonly good: ReadonlyMap<string, { readonly size: number; readonly mtimeNs: bigint }>;
  /** Targets whose content the source no longer had. */
  readonly missing: readonly string[];
  readonly failures: readonly Failure[];
  /** Takes all of it back. */
  readonly undo: () => Promise<void>;
}

export type Progress = (done: { files: number; bytes: number }) => void;

/** Rejects, with everything taken back, when the device is at fault, the source fails, or `signal` fires. */
export async function stage(
  site: Site,
  work: Work,
  source: ContentSource,
  progress: Progress,
  signal: AbortSignal,
): Promise<Stage> {
  const directories = await makeDirectories(site, work.makeNow);
  const stager = await site.disk.openStager();
  try {
    const missing = await fetchInto(site, stager, work.puts, source, progress, signal);
    signal.throwIfAborted();
    const staged = await stager.finish();
    return await keepWhole(site, work, staged, missing, directories);
  } catch (error) {
    await stager.abort();
    await unmake(site, directories.made);
    throw error;
  }
}

interface Made {
  readonly made: readonly string[];
  readonly unmade: ReadonlyMap<string, string>;
}

/** Those that could not be made come with the code. */
async function makeDirectories(site: Site, paths: readonly string[]): Promise<Made> {
  const outcomes = await site.disk.steps(paths.map((path) => makeDirectoryStep(site, path)));
  const made = paths.filter((_, index) => outcomes[index]!.ok);
  const unmade = new Map<string, string>();
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.ok) continue;
    unmade.set(paths[index]!, outcome.failure.code);
    if (!isDeviceFault(outcome.failure.code)) continue;
    await unmake(site, made);
    throw new DiskError(outcome.failure.code, outcome.failure.path);
  }
  return { made, unmade };
}

const unmake = async (site: Site, made: readonly string[]): Promise<void> => {
  const paths = [...made].reverse();
  await site.disk.steps(
    paths.map((path) => ({ do: 'remove-directory', path: `${site.root}/${path}`, ...withinOf(site, path) })),
  );
};

interface Judged {
  readonly good: Stage['good'];
  readonly failures: readonly Failure[];
  /** Staged, absolute, but not what was promised. */
  readonly bad: readonly string[];
  readonly fault: DiskError | undefined;
}

/** Which of the staged files are whole. */
function* judge({ root }: Site, { puts }: Work, staged: readonly Staged[], unmade: Made['unmade']): InPieces<Judged> {
  const byStaged = new Map<string, Put>();
  yield* eachPiece(puts, (put) => void byStaged.set(`${root}/${put.staged}`, put));
  const good = new Map<string, { readonly size: number; readonly mtimeNs: bigint }>();
  const failures: Failure[] = [];
  const bad: string[] = [];
  let fault: DiskError | undefined;
  yield* eachPiece(staged, (one) => {
    const put = byStaged.get(one.path)!;
    if (!one.ok) {
      if (isDeviceFault(one.failure.code)) fault ??= new DiskError(one.failure.code, `${root}/${put.path}`);
      failures.push(failure(put.path, unmade.get(splitPath(put.staged)[0]) ?? one.failure.code));
    } else if (one.digest !== put.entry.digest) {
      bad.push(one.path);
      failures.push(failure(put.path, 'DIGEST_MISMATCH'));
    } else good.set(put.path, { size: put.entry.size, mtimeNs: one.stat.mtimeNs });
  });
  return { good, failures, bad, fault };
}

/** Keeps what is whole; throws away what is not; gives everything up when the device is at fault. */
async function keepWhole(
  site: Site,
  work: Work,
  staged: readonly Staged[],
  missing: readonly string[],
  { made, unmade }: Made,
): Promise<Stage> {
  const { good, failures, bad, fault } = await runPieces(site.disk, judge(site, work, staged, unmade));
  const discard = (paths: readonly string[]) => site.disk.steps(paths.map((path) => ({ do: 'unlink', path })));
  const all = staged.map(({ path }) => path);
  await discard(fault === undefined ? bad : all);
  if (fault !== undefined) throw fault;
  const undo = async (): Promise<void> => {
    await discard(all);
    await unmake(site, made);
  };
  const directories = [...unmade].map(([path, code]) => failure(path, code));
  return { good, missing, failures: [...directories, ...failures], undo };
}

/** Files count when they are whole; bytes as they come, for a file of gigabytes must be seen to come. */
function countInto(progress: Progress) {
  let files = 0;
  let bytes = 0;
  /** Of the file that is coming. */
  let left = 0;
  const tell = (): void => progress({ files, bytes });
  const begin = (size: number): void => {
    left = size;
    if (size === 0) files += 1;
    tell();
  };
  const came = (size: number): void => {
    if (size > 0 && left === size) files += 1;
    left -= size;
    bytes += size;
    tell();
  };
  return { begin, came, tell };
}

/** Streams what the source sends into the stager; returns what it no longer has. */
async function fetchInto(
  site: Site,
  stager: Stager,
  puts: readonly Put[],
  source: ContentSource,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (puts.length === 0) return [];
  const missing = new Set<string>();
  const begun = new Set<number>();
  const counted = countInto(progress);
  const putAt = (index: number): Put => {
    const put = puts[index];
    if (put === undefined) throw new Error(`bug: the source sent content ${index} of ${puts.length}`);
    return put;
  };
  const sink = {
    begin: (index: number) => {
      const put = putAt(index);
      if (begun.has(index)) throw new Error(`bug: the source sent content ${index} twice`);
      begun.add(index);
      stager.begin(stagedWriteOf(site, put));
      counted.begin(put.entry.size);
    },
    write: (piece: Uint8Array) => {
      counted.came(piece.length);
      return stager.write(piece);
    },
    missing: (index: number) => void missing.add(putAt(index).path),
  };
  const wanted = puts.map(({ entry }) => entry);
  await source.fetch(wanted, sink, signal);
  counted.tell();
  for (const [index, { path }] of puts.entries()) if (!begun.has(index)) missing.add(path);
  return [...missing];
}

const stagedWriteOf = (site: Site, { staged, mode, entry }: Put): StagedWrite => ({
  path: `${site.root}/${staged}`,
  mode,
  size: entry.size,
  ...(site.owner === undefined ? {} : { owner: site.owner }),
  ...withinOf(site, splitPath(staged)[0]),
});
