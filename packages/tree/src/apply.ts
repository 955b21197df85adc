/** Does what a journal says, step by step; each may have been done already. */
import { splitPath } from '@muster/protocol';
import type { Disk, DiskFailure, DiskStep, FileStat, Listing, StepOutcome } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { type Journal, type Removals, trashStep } from './journal.ts';
import { deepestFirst, type Failure, failure, mayBeLeft } from './plan.ts';
import { type Exclusions, entryOf, type TableEntry } from './selection.ts';

export interface ApplyContext {
  readonly disk: Disk;
  readonly root: string;
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  /** Absolute: the trash folder of this transaction. */
  readonly trashPath: string;
}

export interface Applied {
  /** Targets in place, with the stat after the rename. */
  readonly renamed: readonly { readonly path: string; readonly stat: FileStat | undefined }[];
  readonly removed: number;
  readonly failures: readonly Failure[];
}

/** Directories are as the reference makes them (`reference/integrity.md` 5). */
export const directoryMode = 0o770;
/** The device is at fault, not the file: going on would only spread the damage. */
const fatal = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

export const isFatal = (code: string): boolean => fatal.has(code);

export async function apply(context: ApplyContext, journal: Journal): Promise<Applied> {
  const { disk, root } = context;
  const first = await remove(context, journal.first);
  const made = await disk.steps(journal.makeDirectories.map((path) => makeDirectoryStep(root, path)));
  const outcomes = await disk.steps(
    journal.renames.map(({ from, to }) => ({ do: 'rename', from: `${root}/${from}`, to: `${root}/${to}` })),
  );
  const renamed: { path: string; stat: FileStat | undefined }[] = [];
  const failures: Failure[] = [...first.failures, ...failuresOf(journal.makeDirectories, made)];
  for (const [index, outcome] of outcomes.entries()) {
    const { to } = journal.renames[index]!;
    if (outcome.ok) renamed.push({ path: to, stat: outcome.stat });
    // Without its staged file a rename was done by the run that was interrupted.
    else if (outcome.failure.code !== 'ENOENT') failures.push(failure(to, outcome.failure.code));
  }
  await disk.sync(
    renamed.map(({ path }) => `${root}/${path}`),
    parentsOf(root, journal),
  );
  const last = await remove(context, journal.last);
  return { renamed, removed: first.removed + last.removed, failures: [...failures, ...last.failures] };
}

export const makeDirectoryStep = (root: string, path: string): DiskStep => ({
  do: 'make-directory',
  path: `${root}/${path}`,
  mode: directoryMode,
});

const parentsOf = (root: string, { renames, makeDirectories }: Journal): string[] => [
  ...new Set([...renames.map(({ to }) => to), ...makeDirectories].map((path) => `${root}/${splitPath(path)[0]}`)),
];

const failuresOf = (paths: readonly string[], outcomes: readonly StepOutcome[]): Failure[] =>
  outcomes.flatMap((outcome, index) => (outcome.ok ? [] : [failure(paths[index]!, outcome.failure.code)]));

/** Files go to the trash; directories go when nothing but excluded names is left in them, and otherwise stay. */
async function remove(
  context: ApplyContext,
  { files, directories, parents }: Removals,
): Promise<{ readonly removed: number; readonly failures: readonly Failure[] }> {
  if (files.length + directories.length + parents.length === 0) return { removed: 0, failures: [] };
  const trashed = await discard(context, files);
  await removeDirectories(context, directories, parents);
  const { disk, root } = context;
  const changed = [...new Set([...files, ...directories].map((path) => splitPath(path)[0]))];
  await disk.sync([], [context.trashPath, ...changed.map((path) => `${root}/${path}`)]);
  return trashed;
}

async function discard(
  context: ApplyContext,
  files: readonly string[],
): Promise<{ readonly removed: number; readonly failures: readonly Failure[] }> {
  const { disk, root, trashPath } = context;
  const folders = [...new Set(files.map((path) => splitPath(path)[0]))];
  await disk.steps(folders.map((folder) => ({ do: 'make-directory', path: `${trashPath}/${folder}`, mode: 0o700 })));
  const outcomes = await disk.steps(files.map((path) => trashStep(root, trashPath, path)));
  const failures: Failure[] = [];
  let removed = 0;
  for (const [index, outcome] of outcomes.entries()) {
    const path = files[index]!;
    const problem = outcome.ok ? undefined : await otherwise(context, path, outcome.failure);
    if (problem !== undefined) failures.push(problem);
    else if (outcome.ok || outcome.failure.code !== 'ENOENT') removed++;
  }
  return { removed, failures };
}

/** On another device than the trash a file is copied there before it is unlinked. */
async function otherwise(context: ApplyContext, path: string, { code }: DiskFailure): Promise<Failure | undefined> {
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  if (code !== 'EXDEV') return failure(path, code);
  try {
    await copyAway(context, path);
    const [unlinked] = await context.disk.steps([{ do: 'unlink', path: `${context.root}/${path}` }]);
    return unlinked?.ok === false ? failure(path, unlinked.failure.code) : undefined;
  } catch (error) {
    if (error instanceof DiskError) return failure(path, error.code);
    throw error;
  }
}

async function copyAway({ disk, root, trashPath }: ApplyContext, path: string): Promise<void> {
  const reader = await disk.openReader(`${root}/${path}`);
  const stager = await disk.openStager();
  const target = `${trashPath}/${path}`;
  try {
    await disk.steps([{ do: 'unlink', path: target }]);
    stager.begin({ path: target, mode: reader.stat.mode, size: reader.stat.size });
    for (let piece = await reader.read(1 << 18); piece.length > 0; piece = await reader.read(1 << 18))
      await stager.write(piece);
    const [staged] = await stager.finish();
    if (staged?.ok === false) throw new DiskError(staged.failure.code, target);
  } finally {
    await stager.abort();
    await reader.close();
  }
}

/** Deepest first, both kinds together: a directory of the plan may hold one that is only emptied. */
async function removeDirectories(
  context: ApplyContext,
  directories: readonly string[],
  parents: readonly string[],
): Promise<void> {
  const { disk, root, table, exclusions } = context;
  for (const directory of deepestFirst([...directories, ...parents])) {
    const [outcome] = await disk.steps([{ do: 'remove-directory', path: `${root}/${directory}` }]);
    if (outcome?.ok !== false || outcome.failure.code !== 'ENOTEMPTY') continue;
    if (parents.includes(directory) || entryOf(table, directory)?.removeEmptyDirectories !== true) continue;
    const [listing] = await disk.list([`${root}/${directory}`]);
    if (listing?.ok !== true || !onlyExcluded(listing, exclusions)) continue;
    await discard(
      context,
      listing.names.map((name) => `${directory}/${name}`),
    );
    await disk.steps([{ do: 'remove-directory', path: `${root}/${directory}` }]);
  }
}

const onlyExcluded = ({ names, notUtf8, stats }: Extract<Listing, { ok: true }>, exclusions: Exclusions): boolean =>
  notUtf8.length === 0 &&
  names.every((name, index) => mayBeLeft(name, exclusions) && stats.at(index).kind !== 'directory');
