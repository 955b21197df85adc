/** Removing: files go to the trash; directories go when nothing but excluded names is left in them, and otherwise stay. */
import { splitPath } from '@muster/protocol';
import type { DiskFailure, DiskStep, Listing } from './disk.ts';
import { DiskError, isDeviceFault } from './disk-error.ts';
import { type Failure, failure } from './failure.ts';
import type { Removals } from './journal.ts';
import { deepestFirst } from './paths.ts';
import { entryOf, mayBeLeft } from './selection.ts';
import { type Site, takeEach, takeSteps, withinOf } from './site.ts';

export interface Removed {
  /** Files that lie in the trash now. */
  readonly removed: number;
  readonly failures: readonly Failure[];
}

/** `trashPath`: absolute, the trash folder of this transaction. */
export async function remove(site: Site, trashPath: string, removals: Removals): Promise<Removed> {
  const { files, directories, parents } = removals;
  if (files.length + directories.length + parents.length === 0) return { removed: 0, failures: [] };
  const trashed = await discard(site, trashPath, files);
  const emptied = await removeDirectories(site, trashPath, removals);
  const changed = [...new Set([...files, ...directories].map((path) => splitPath(path)[0]))];
  await site.disk.sync([], [trashPath, ...changed.map((path) => `${site.root}/${path}`)]);
  return {
    removed: trashed.removed + emptied.removed,
    failures: [...trashed.failures, ...emptied.failures],
  };
}

async function discard(site: Site, trashPath: string, files: readonly string[]): Promise<Removed> {
  if (files.length === 0) return { removed: 0, failures: [] };
  const folders = [...new Set(files.map((path) => splitPath(path)[0]))];
  await takeSteps(
    site,
    folders.map((folder) => ({ do: 'make-directory', path: `${trashPath}/${folder}`, mode: 0o700 })),
  );
  const outcomes = await takeEach(
    site,
    files,
    (path): DiskStep => ({
      do: 'rename',
      from: `${site.root}/${path}`,
      to: `${trashPath}/${path}`,
      ...withinOf(site, splitPath(path)[0]),
    }),
  );
  const failures: Failure[] = [];
  let removed = 0;
  for (const [index, outcome] of outcomes.entries()) {
    const left = outcome.ok ? 'removed' : await otherwise(site, trashPath, files[index]!, outcome.failure);
    if (left === 'removed') removed++;
    else if (left !== 'gone') failures.push(left);
  }
  return { removed, failures };
}

const isGone = (code: string): boolean => code === 'ENOENT' || code === 'ENOTDIR';

/** On another device than the trash a file is copied there before it is unlinked. */
async function otherwise(
  site: Site,
  trashPath: string,
  path: string,
  { code }: DiskFailure,
): Promise<'removed' | 'gone' | Failure> {
  if (isGone(code)) return 'gone';
  if (code !== 'EXDEV') return failure(path, code);
  try {
    await copyAway(site, trashPath, path);
  } catch (error) {
    if (!(error instanceof DiskError) || isDeviceFault(error.code)) throw error;
    return failure(path, error.code);
  }
  const within = withinOf(site, splitPath(path)[0]);
  const [unlinked] = await takeSteps(site, [{ do: 'unlink', path: `${site.root}/${path}`, ...within }]);
  return unlinked?.ok === false && !isGone(unlinked.failure.code) ? failure(path, unlinked.failure.code) : 'removed';
}

/** A symlink has no content of its own to keep. */
async function copyAway({ disk, root }: Site, trashPath: string, path: string): Promise<void> {
  const [stat] = await disk.stat([`${root}/${path}`]);
  if (stat !== undefined && 'kind' in stat && stat.kind === 'symlink') return;
  const reader = await disk.openReader(`${root}/${path}`);
  const stager = await disk.openStager();
  try {
    const target = `${trashPath}/${path}`;
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

/**
 * Deepest first, both kinds together: a directory of the plan may hold one that is only emptied. Most
 * go at the first try, thousands a call; only where excluded names are left is each looked at.
 */
async function removeDirectories(site: Site, trashPath: string, removals: Removals): Promise<Removed> {
  const parents = new Set(removals.parents);
  const directories = deepestFirst([...removals.directories, ...removals.parents]);
  const outcomes = await takeEach(site, directories, (directory) => removalStep(site, directory));
  const failures: Failure[] = [];
  let removed = 0;
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.ok) continue;
    const directory = directories[index]!;
    const { code } = outcome.failure;
    if (code !== 'ENOTEMPTY') {
      if (!isGone(code)) failures.push(failure(directory, code));
      continue;
    }
    const cleared = await removeLeftFull(site, trashPath, directory, !parents.has(directory));
    removed += cleared.removed;
    failures.push(...cleared.failures);
  }
  return { removed, failures };
}

/** Once more, for what was below may have gone by now; `mayClear`: what is excluded goes with it. */
async function removeLeftFull(site: Site, trashPath: string, directory: string, mayClear: boolean): Promise<Removed> {
  const step = removalStep(site, directory);
  const [again] = await takeSteps(site, [step]);
  const left = again?.ok === false && mayClear ? await excludedIn(site, directory) : [];
  if (left.length === 0) return { removed: 0, failures: [] };
  const cleared = await discard(site, trashPath, left);
  await takeSteps(site, [step]);
  return cleared;
}

const removalStep = (site: Site, directory: string): DiskStep => ({
  do: 'remove-directory',
  path: `${site.root}/${directory}`,
  ...withinOf(site, directory),
});

/** What the table lets go with the directory; nothing when something else lies in it too. */
async function excludedIn({ disk, root, table, exclusions }: Site, directory: string): Promise<readonly string[]> {
  if (entryOf(table, directory)?.removeEmptyDirectories !== true) return [];
  const [listing] = await disk.list([`${root}/${directory}`]);
  if (listing?.ok !== true || !onlyExcluded(listing, (name) => mayBeLeft(name, exclusions))) return [];
  return listing.names.map((name) => `${directory}/${name}`);
}

const onlyExcluded = (
  { names, notUtf8, stats }: Extract<Listing, { ok: true }>,
  allowed: (name: string) => boolean,
): boolean =>
  notUtf8.length === 0 && names.every((name, index) => allowed(name) && stats.at(index).kind !== 'directory');
