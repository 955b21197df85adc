/**
 * Makes a plan true on this disk, as one transaction: make directories, stage beside the targets,
 * sync, write the journal, rename, sync, delete into the trash, remove the journal.
 *
 * Until the journal is written the tree is as it was; from then on it is rolled forward, also by the
 * next start. A file under its own name is always whole.
 */
import { splitPath } from '@muster/protocol';
import { type Applied, type ApplyContext, apply, directoryMode, isFatal, makeDirectoryStep } from './apply.ts';
import type { Disk, DiskStep, Owner, Staged } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { encodeJournal, isEmptyJournal, type Journal } from './journal.ts';
import { decideWork, directoriesToCheck, type Failure, failure, type Put, type Standing, type Work } from './plan.ts';
import { recoverTransaction } from './recover.ts';
import type { ContentSource, Replication, ReplicationResult, Replicator } from './results.ts';
import type { LearnedFile } from './scan.ts';
import { type Exclusions, entryOf, isStagedName, type TableEntry } from './selection.ts';
import { withinSize } from './size-limit.ts';
import { removeTree, trashFolders } from './trash.ts';

export interface ReplicatorDeps {
  readonly disk: Disk;
  /** 0 or more, less than 1. */
  readonly random: () => number;
  /** Told what was written, so that the next scan need not read it. */
  readonly learn: (files: readonly LearnedFile[]) => void;
}

export interface ReplicatorConfig {
  /** Absolute path of R. */
  readonly root: string;
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  /** Whom written files are given to; left to the system when absent. */
  readonly owner?: Owner | undefined;
  /** A larger file is not fetched but a failure: whoever announces it could fill the disk. Default: any size is taken. */
  readonly maxFileBytes?: number;
  /** Absolute folder of the journal and the trash, of our own. */
  readonly statePath: string;
}

/**
 * A file whose last write is so much older than its rename cannot have been written again unseen: such
 * a write would change its mtime. Nanoseconds; two ticks of the coarsest kernel clock.
 */
const settledNs = 20_000_000n;

export function openReplicator({ disk, random, learn }: ReplicatorDeps, config: ReplicatorConfig): Replicator {
  const { root, table, exclusions, statePath } = config;
  const journalPath = `${statePath}/journal`;
  const at = (path: string): string => `${root}/${path}`;

  const standingOf = async (directories: readonly string[]): Promise<ReadonlyMap<string, Standing>> => {
    const stats = await disk.stat(directories.map(at));
    return new Map(
      directories.map((path, index): [string, Standing] => {
        const stat = stats[index]!;
        if ('kind' in stat) return [path, stat.kind];
        return [path, stat.code === 'ENOENT' || stat.code === 'ENOTDIR' ? 'absent' : 'unreadable'];
      }),
    );
  };

  const commit = async (work: Work, staged: Stage, trash: number, context: ApplyContext): Promise<Applied> => {
    const journal: Journal = {
      ...work.journal,
      trash,
      renames: work.journal.renames.filter(({ to }) => staged.good.has(to)),
    };
    if (isEmptyJournal(journal)) return { renamed: [], removed: 0, failures: [] };
    const puts = work.puts.filter(({ path }) => staged.good.has(path));
    const folders = [...puts.map((put) => splitPath(put.staged)[0]), ...work.makeNow.map((path) => splitPath(path)[0])];
    await disk.sync(
      puts.map((put) => at(put.staged)),
      [...new Set(folders)].map(at),
    );
    await disk.replace(journalPath, encodeJournal(journal), 0o600);
    const applied = await apply(context, journal);
    await disk.steps([{ do: 'unlink', path: journalPath }]);
    await disk.sync([], [statePath]);
    return applied;
  };

  const replicate: Replicator['replicate'] = async (wished, source, progress, signal) => {
    signal.throwIfAborted();
    const { plan, tooLarge } = withinSize(wished, config.maxFileBytes ?? Number.POSITIVE_INFINITY);
    await disk.steps([{ do: 'make-directory', path: statePath, mode: directoryMode }]);
    const standing = await standingOf(directoriesToCheck(plan, table));
    const work = decideWork(plan, table, exclusions, standing, nonceOf(random));
    await tidy(plan);
    const madeBy = await makeDirectories(work.makeNow);
    const { failed, stage } = await stageOrUndo(work, madeBy, source, progress, signal);
    const folders = await trashFolders(disk, statePath);
    const trash = (folders.at(-1)?.number ?? 0) + 1;
    const context: ApplyContext = { disk, root, table, exclusions, trashPath: `${statePath}/trash/${trash}` };
    const applied = await commit(work, stage, trash, context);
    await clearUnrenamed(work, applied);
    if (applied.removed > 0) await Promise.all(folders.map(({ path }) => removeTree(disk, path)));
    learnFrom(work, stage, applied);
    const drift = await mend(plan.modeDrift);
    const bytes = applied.renamed.reduce((sum, { path }) => sum + (stage.good.get(path)?.size ?? 0), 0);
    return {
      written: applied.renamed.length,
      removed: applied.removed,
      bytes,
      failures: [...tooLarge, ...work.failures, ...failed, ...applied.failures, ...drift],
      missing: stage.missing,
    } satisfies ReplicationResult;
  };

  /** Staged files of a run that ended. Nothing else is ever removed here. */
  const tidy = async ({ leftovers }: Replication): Promise<void> => {
    const ours = leftovers.filter(
      (path) => isStagedName(splitPath(path)[1]) && entryOf(table, splitPath(path)[0]) !== undefined,
    );
    await disk.steps(ours.map((path) => ({ do: 'unlink', path: at(path) })));
  };

  const makeDirectories = async (paths: readonly string[]): Promise<readonly string[]> => {
    const { owner } = config;
    const steps = paths.map(
      (path): DiskStep => ({ ...makeDirectoryStep(root, path), ...(owner === undefined ? {} : { owner }) }) as DiskStep,
    );
    const outcomes = await disk.steps(steps);
    const fault = outcomes.find((outcome) => !outcome.ok && isFatal(outcome.failure.code));
    const made = paths.filter((_, index) => outcomes[index]!.ok);
    if (fault?.ok === false) {
      await unmake(made);
      throw new DiskError(fault.failure.code, fault.failure.path);
    }
    return made;
  };

  const unmake = async (made: readonly string[]): Promise<void> => {
    await disk.steps([...made].reverse().map((path) => ({ do: 'remove-directory', path: at(path) })));
  };

  const stageOrUndo = async (
    work: Work,
    made: readonly string[],
    source: ContentSource,
    progress: Progress,
    signal: AbortSignal,
  ) => {
    const stager = await disk.openStager();
    try {
      const missing = await fetchInto(stager, work.puts, source, config, progress, signal);
      signal.throwIfAborted();
      const staged = await stager.finish();
      return await judge(work, staged, missing);
    } catch (error) {
      await stager.abort();
      await unmake(made);
      throw error;
    }
  };

  /** Keeps what is whole; throws away what is not; gives everything up when the device is at fault. */
  const judge = async (
    work: Work,
    staged: readonly Staged[],
    missing: readonly string[],
  ): Promise<{ failed: readonly Failure[]; stage: Stage }> => {
    const byStaged = new Map(work.puts.map((put) => [at(put.staged), put]));
    const good = new Map<string, { readonly size: number; readonly mtimeNs: bigint }>();
    const failed: Failure[] = [];
    const bad: string[] = [];
    let fault: DiskError | undefined;
    for (const one of staged) {
      const put = byStaged.get(one.path)!;
      if (!one.ok) {
        if (isFatal(one.failure.code)) fault ??= new DiskError(one.failure.code, at(put.path));
        failed.push(failure(put.path, one.failure.code));
      } else if (one.digest !== put.entry.digest) {
        bad.push(one.path);
        failed.push(failure(put.path, 'DIGEST_MISMATCH'));
      } else good.set(put.path, { size: put.entry.size, mtimeNs: one.stat.mtimeNs });
    }
    const discarded = fault === undefined ? bad : staged.map(({ path }) => path);
    await disk.steps(discarded.map((path) => ({ do: 'unlink', path })));
    if (fault !== undefined) throw fault;
    return { failed, stage: { good, missing } };
  };

  /** A staged file whose rename failed is of no use any more. */
  const clearUnrenamed = async (work: Work, { failures }: Applied): Promise<void> => {
    if (failures.length === 0) return;
    const failedPaths = new Set(failures.map(({ path }) => path));
    const left = work.puts.filter(({ path }) => failedPaths.has(path));
    await disk.steps(left.map((put) => ({ do: 'unlink', path: at(put.staged) })));
  };

  const learnFrom = (work: Work, { good }: Stage, { renamed }: Applied): void => {
    const entries = new Map(work.puts.map(({ path, entry }) => [path, entry]));
    learn(
      renamed.flatMap(({ path, stat }): LearnedFile[] => {
        const staged = good.get(path);
        const sure =
          stat !== undefined &&
          staged !== undefined &&
          stat.mtimeNs === staged.mtimeNs &&
          stat.ctimeNs - stat.mtimeNs >= settledNs;
        return sure ? [{ path, stat, digest: entries.get(path)!.digest }] : [];
      }),
    );
  };

  const mend = async (paths: readonly string[]): Promise<Failure[]> => {
    const known = paths.filter((path) => entryOf(table, splitPath(path)[0]) !== undefined);
    const { owner } = config;
    const owned =
      owner === undefined ? [] : await disk.steps(known.map((path) => ({ do: 'chown', path: at(path), owner })));
    const moded = await disk.steps(
      known.map((path) => ({ do: 'chmod', path: at(path), mode: entryOf(table, splitPath(path)[0])!.mode })),
    );
    return [...owned, ...moded].flatMap((outcome) =>
      outcome.ok || outcome.failure.code === 'ENOENT' || outcome.failure.code === 'ENOTDIR'
        ? []
        : [failure(outcome.failure.path.slice(root.length + 1), outcome.failure.code)],
    );
  };

  return { replicate, recover: () => recoverTransaction(disk, config, journalPath) };
}

interface Stage {
  /** By target path. */
  readonly good: ReadonlyMap<string, { readonly size: number; readonly mtimeNs: bigint }>;
  readonly missing: readonly string[];
}

type Progress = (done: { files: number; bytes: number }) => void;

/** Short, of the letters that a staged name may hold. */
const nonceOf = (random: () => number): string =>
  Math.floor(random() * 36 ** 8)
    .toString(36)
    .padStart(8, '0');

/** Streams what the source sends into the stager; returns what it no longer has. */
async function fetchInto(
  stager: Awaited<ReturnType<Disk['openStager']>>,
  puts: readonly Put[],
  source: ContentSource,
  { root, owner }: ReplicatorConfig,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (puts.length === 0) return [];
  const missing: string[] = [];
  const begun = new Set<number>();
  let bytes = 0;
  const putAt = (index: number): Put => {
    const put = puts[index];
    if (put === undefined) throw new Error(`bug: the source sent content ${index} of ${puts.length}`);
    return put;
  };
  await source.fetch(
    puts.map(({ entry }) => entry),
    {
      begin: (index) => {
        const { staged, mode, entry } = putAt(index);
        if (begun.has(index)) throw new Error(`bug: the source sent content ${index} twice`);
        begun.add(index);
        stager.begin({ path: `${root}/${staged}`, mode, size: entry.size, ...(owner === undefined ? {} : { owner }) });
        progress({ files: begun.size, bytes });
      },
      write: (piece) => {
        bytes += piece.length;
        return stager.write(piece);
      },
      missing: (index) => {
        missing.push(putAt(index).path);
      },
    },
    signal,
  );
  const silent = puts.filter((_, index) => !begun.has(index)).map(({ path }) => path);
  progress({ files: begun.size, bytes });
  return [...new Set([...missing, ...silent])];
}
