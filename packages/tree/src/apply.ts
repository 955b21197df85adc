/**
 * Does what a journal says, step by step; each may have been done already. A fault of the device
 * rejects and leaves the journal to be rolled forward; what concerns one path is told of that path.
 */
import { splitPath } from '@muster/protocol';
import type { DiskStep, FileStat, StepOutcome } from './disk.ts';
import { type Failure, failure } from './failure.ts';
import type { Journal } from './journal.ts';
import { remove } from './removal.ts';
import { makeDirectoryStep, type Site, takeEach, takeSteps, trashPathOf, withinOf } from './site.ts';

export interface Applied {
  /** Targets in place, with the stat after the rename. */
  readonly renamed: readonly { readonly path: string; readonly stat: FileStat | undefined }[];
  readonly removed: number;
  readonly failures: readonly Failure[];
}

export const nothingApplied: Applied = { renamed: [], removed: 0, failures: [] };

/** `again`: by a run that found the journal; then what is no longer staged has been renamed before. */
export async function apply(site: Site, journal: Journal, again: boolean): Promise<Applied> {
  const { disk, root } = site;
  const trashPath = trashPathOf(site, journal.trash);
  const first = await remove(site, trashPath, journal.first);
  const makings = journal.makeDirectories.map((path) => makeDirectoryStep(site, path));
  const made = await takeSteps(site, makings);
  const unmade = made.flatMap((one, index) =>
    one.ok ? [] : [failure(journal.makeDirectories[index]!, one.failure.code)],
  );
  const { renamed, failures } = await rename(site, journal.renames, again);
  await disk.sync(
    renamed.map(({ path }) => `${root}/${path}`),
    parentsOf(root, journal),
  );
  const last = await remove(site, trashPath, journal.last);
  return {
    renamed,
    removed: first.removed + last.removed,
    failures: [...first.failures, ...unmade, ...failures, ...last.failures],
  };
}

async function rename(
  site: Site,
  renames: Journal['renames'],
  again: boolean,
): Promise<Pick<Applied, 'renamed' | 'failures'>> {
  const outcomes = await takeRenames(site, renames);
  const done = again ? await renamedBefore(site, renames, outcomes) : new Set<number>();
  const renamed: { path: string; stat: FileStat | undefined }[] = [];
  const failures: Failure[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const { to } = renames[index]!;
    if (outcome.ok) renamed.push({ path: to, stat: outcome.stat });
    else if (!done.has(index)) failures.push(failure(to, outcome.failure.code));
  }
  return { renamed, failures };
}

/** An empty directory in the place of a file makes room for it: a scan does not count each, so that no plan would name it. */
async function takeRenames(site: Site, renames: Journal['renames']): Promise<readonly StepOutcome[]> {
  const outcomes = [...(await takeEach(site, renames, (one) => renameStep(site, one)))];
  const blocked = [...outcomes.keys()].filter((index) => isBlocked(outcomes[index]!));
  const cleared = await takeEach(site, blocked, (index): DiskStep => {
    const { to } = renames[index]!;
    return { do: 'remove-directory', path: `${site.root}/${to}`, ...withinOf(site, splitPath(to)[0]) };
  });
  const free = blocked.filter((_, at) => cleared[at]!.ok);
  const again = await takeEach(site, free, (index) => renameStep(site, renames[index]!));
  for (const [at, index] of free.entries()) outcomes[index] = again[at]!;
  return outcomes;
}

const isBlocked = (outcome: StepOutcome): boolean => !outcome.ok && outcome.failure.code === 'EISDIR';

const renameStep = (site: Site, { from, to }: Journal['renames'][number]): DiskStep => ({
  do: 'rename',
  from: `${site.root}/${from}`,
  to: `${site.root}/${to}`,
  ...withinOf(site, splitPath(to)[0]),
});

/** Which of the renames that failed were done by the run that was interrupted: their staged file is gone. */
async function renamedBefore(
  { disk, root }: Site,
  renames: Journal['renames'],
  outcomes: Awaited<ReturnType<typeof takeSteps>>,
): Promise<ReadonlySet<number>> {
  const failed = [...outcomes.keys()].filter((index) => {
    const outcome = outcomes[index]!;
    return !outcome.ok && (outcome.failure.code === 'ENOENT' || outcome.failure.code === 'ENOTDIR');
  });
  const stats = await disk.stat(failed.map((index) => `${root}/${renames[index]!.from}`));
  return new Set(failed.filter((_, at) => 'code' in stats[at]!));
}

const parentsOf = (root: string, { renames, makeDirectories }: Journal): string[] => {
  const parents = new Set(makeDirectories.map((path) => splitPath(path)[0]));
  for (const { to } of renames) parents.add(splitPath(to)[0]);
  return [...parents].map((path) => `${root}/${path}`);
};
