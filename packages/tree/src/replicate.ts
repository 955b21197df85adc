/**
 * Makes a plan true on this disk, as one transaction: make directories, stage beside the targets,
 * sync, write the journal, rename, sync, delete into the trash, remove the journal.
 *
 * Until the journal is written the tree is as it was; from then on it is rolled forward, by the next
 * transaction or the next start. A file under its own name is always whole.
 */
import { splitPath } from '@muster/protocol';
import { type Applied, apply, nothingApplied } from './apply.ts';
import type { Disk, Owner } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { encodeJournal, isEmptyJournal, type Journal, type Removals } from './journal.ts';
import { learnDirectories, learnFiles } from './learn.ts';
import { askedAfter, type LearnedDirectories, type LearnedFile } from './learned.ts';
import { mend } from './mend.ts';
import { runPieces } from './pieces.ts';
import { decideWork, directoriesToCheck, type Work } from './plan.ts';
import type { Standing } from './reach.ts';
import { closeTransaction, recoverTransaction, rollForward } from './recover.ts';
import type { Replication, ReplicationResult, Replicator } from './results.ts';
import { type Exclusions, entryOf, isStagedName, type TableEntry } from './selection.ts';
import { directoryMode, journalPathOf, type Site, withinOf } from './site.ts';
import { withinSize } from './size-limit.ts';
import { type Stage, stage } from './staging.ts';
import { clearOldTrash, trashFolders } from './trash.ts';

export interface ReplicatorDeps {
  readonly disk: Disk;
  /** 0 or more, less than 1. */
  readonly random: () => number;
  /** Told what was written, so that the next scan need not read it, and which directories are meant to be there. */
  readonly learn: (files: readonly LearnedFile[], directories: LearnedDirectories) => void;
}

export interface ReplicatorConfig {
  /** Absolute path of R. */
  readonly root: string;
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  /** Whom written files and directories are given to; left to the system when absent. */
  readonly owner?: Owner | undefined;
  /** A larger file is not fetched but a failure: whoever announces it could fill the disk. Default: any size is taken. */
  readonly maxFileBytes?: number;
  /** Absolute folder of the journal and the trash, of our own. */
  readonly statePath: string;
}

export function openReplicator({ disk, random, learn }: ReplicatorDeps, config: ReplicatorConfig): Replicator {
  const site: Site = { disk, ...config };
  let asked: ReadonlySet<string> = new Set();
  const replicate: Replicator['replicate'] = async (wished, source, progress, signal) => {
    signal.throwIfAborted();
    await finishInterrupted(site);
    const { plan, tooLarge } = withinSize(wished, config.maxFileBytes ?? Number.POSITIVE_INFINITY);
    const work = await decide(site, plan, asked, nonceOf(random));
    await tidy(site, plan);
    const staged = await stage(site, work, source, progress, signal);
    const folders = await trashFolders(disk, config.statePath);
    const applied = await commit(site, work, staged, (folders.at(-1)?.number ?? 0) + 1);
    await clearUnrenamed(site, work, applied);
    if (applied.removed > 0) await clearOldTrash(disk, config.statePath);
    const directories = await learnDirectories(site, plan.changes);
    asked = askedAfter(asked, directories);
    learn(await runPieces(disk, learnFiles(work, staged, applied)), directories);
    const unmended = await mend(site, plan.modeDrift);
    return {
      written: applied.renamed.length,
      removed: applied.removed,
      bytes: applied.renamed.reduce((sum, { path }) => sum + (staged.good.get(path)?.size ?? 0), 0),
      failures: [...tooLarge, ...work.failures, ...staged.failures, ...applied.failures, ...unmended],
      missing: staged.missing,
    } satisfies ReplicationResult;
  };
  return { replicate, recover: () => recoverTransaction(site) };
}

/** The plan was made for another tree than the one that is there after this, so it is not carried out. */
async function finishInterrupted(site: Site): Promise<void> {
  const found = await rollForward(site);
  if (found !== undefined) throw new DiskError('ROLLED_FORWARD', journalPathOf(site));
}

async function decide(site: Site, plan: Replication, asked: ReadonlySet<string>, nonce: string): Promise<Work> {
  const { disk, table, exclusions, statePath } = site;
  await disk.steps([{ do: 'make-directory', path: statePath, mode: directoryMode }]);
  const standing = await standingOf(site, await runPieces(disk, directoriesToCheck(plan, table)));
  return runPieces(disk, decideWork(plan, { table, exclusions, standing, asked, nonce }));
}

async function standingOf({ disk, root }: Site, directories: readonly string[]): Promise<Map<string, Standing>> {
  const stats = await disk.stat(directories.map((path) => `${root}/${path}`));
  return new Map(
    directories.map((path, index): [string, Standing] => {
      const stat = stats[index]!;
      if ('kind' in stat) return [path, stat.kind];
      return [path, stat.code === 'ENOENT' || stat.code === 'ENOTDIR' ? 'absent' : 'unreadable'];
    }),
  );
}

/** Staged files of a run that ended. Nothing else is ever removed here. */
async function tidy(site: Site, { leftovers }: Replication): Promise<void> {
  const ours = leftovers.filter(
    (path) => isStagedName(splitPath(path)[1]) && entryOf(site.table, splitPath(path)[0]) !== undefined,
  );
  await site.disk.steps(
    ours.map((path) => ({ do: 'unlink', path: `${site.root}/${path}`, ...withinOf(site, splitPath(path)[0]) })),
  );
}

const nothingRemoved: Removals = { files: [], directories: [], parents: [] };

async function commit(site: Site, work: Work, staged: Stage, trash: number): Promise<Applied> {
  const renames = work.journal.renames.filter(({ to }) => staged.good.has(to));
  // What the master no longer has was to come in place of what goes: its next generation says what is meant.
  const last = staged.missing.length > 0 ? nothingRemoved : work.journal.last;
  const journal: Journal = { ...work.journal, trash, renames, last };
  await prepare(site, work, staged, journal);
  if (isEmptyJournal(journal)) return nothingApplied;
  const applied = await apply(site, journal, false);
  await closeTransaction(site, []);
  return applied;
}

/** Everything up to the journal, after which there is no way back: until then a failure takes all of it back. */
async function prepare(site: Site, work: Work, staged: Stage, journal: Journal): Promise<void> {
  try {
    await makeDurable(site, work, staged);
    if (isEmptyJournal(journal)) return;
    await writeJournal(site, journal);
  } catch (error) {
    if (!(error instanceof JournalStands)) await staged.undo();
    throw error instanceof JournalStands ? error.cause : error;
  }
}

/** The journal could neither be written nor removed: what it speaks of must stay. */
class JournalStands extends Error {}

async function writeJournal(site: Site, journal: Journal): Promise<void> {
  const bytes = await runPieces(site.disk, encodeJournal(journal));
  try {
    await site.disk.replace(journalPathOf(site), bytes, 0o600);
  } catch (cause) {
    // It may have failed when the journal had its name already.
    await closeTransaction(site, []).catch(() => {
      throw new JournalStands('the journal stands', { cause });
    });
    throw cause;
  }
}

async function makeDurable({ disk, root }: Site, { puts, makeNow }: Work, { good }: Stage): Promise<void> {
  const whole = puts.filter(({ path }) => good.has(path)).map(({ staged }) => staged);
  const folders = new Set([...whole, ...makeNow].map((path) => splitPath(path)[0]));
  if (folders.size === 0) return;
  await disk.sync(
    whole.map((path) => `${root}/${path}`),
    [...folders].map((path) => `${root}/${path}`),
  );
}

/** A staged file whose rename failed is of no use any more. */
async function clearUnrenamed({ disk, root }: Site, { puts }: Work, { failures }: Applied): Promise<void> {
  if (failures.length === 0) return;
  const failed = new Set(failures.map(({ path }) => path));
  const left = puts.filter(({ path }) => failed.has(path));
  await disk.steps(left.map(({ staged }) => ({ do: 'unlink', path: `${root}/${staged}` })));
}

/** Short, of the letters that a staged name may hold. */
const nonceOf = (random: () => number): string =>
  Math.floor(random() * 36 ** 8)
    .toString(36)
    .padStart(8, '0');
