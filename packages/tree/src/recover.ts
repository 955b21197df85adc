/**
 * After a crash or a fault of the device: a whole journal is rolled forward; without one, what was
 * staged is removed. Either way at most eight trash folders are left.
 */
import { joinPath } from '@muster/protocol';
import { type Applied, apply } from './apply.ts';
import { DiskError } from './disk-error.ts';
import { decodeJournal, type Journal } from './journal.ts';
import { runPieces } from './pieces.ts';
import type { Replicator } from './results.ts';
import { isStagedName, type TableEntry } from './selection.ts';
import { journalPathOf, type Site, takeSteps } from './site.ts';
import { clearOldTrash } from './trash.ts';

/** A journal of a million renames is far below this. */
const maxJournalBytes = 1024 * 1024 * 1024;

export async function recoverTransaction(site: Site): Promise<Awaited<ReturnType<Replicator['recover']>>> {
  const applied = await rollForward(site);
  const staged = await stagedFiles(site);
  await closeTransaction(site, staged);
  await clearOldTrash(site.disk, site.statePath);
  const found = applied !== undefined ? 'journal' : staged.length > 0 ? 'staged' : 'nothing';
  const { renamed = [], removed = 0, failures = [] } = applied ?? {};
  return { found, renamed: renamed.length, removed, failures };
}

/** Does what a journal says and removes it; `undefined` when there is none. Rejects, and keeps it, at a fault of the device. */
export async function rollForward(site: Site): Promise<Applied | undefined> {
  const bytes = await site.disk.read(journalPathOf(site), maxJournalBytes);
  if (bytes === undefined) return undefined;
  const journal = await runPieces(site.disk, decodeJournal(bytes));
  if (journal === undefined) return void (await closeTransaction(site, []));
  const applied = await apply(site, journal, true);
  await closeTransaction(site, unrenamed(site, journal, applied));
  return applied;
}

const unrenamed = ({ root }: Site, { renames }: Journal, { failures }: Applied): string[] => {
  const failed = new Set(failures.map(({ path }) => path));
  return renames.filter(({ to }) => failed.has(to)).map(({ from }) => `${root}/${from}`);
};

/** Removes `staged` (absolute) and the journal, in this order: as long as there is a journal, it is rolled forward. */
export async function closeTransaction(site: Site, staged: readonly string[]): Promise<void> {
  const journalPath = journalPathOf(site);
  const paths = [...staged, journalPath, `${journalPath}.new`];
  const outcomes = await takeSteps(
    site,
    paths.map((path) => ({ do: 'unlink', path })),
  );
  const closing = outcomes[staged.length];
  if (closing?.ok === false && closing.failure.code !== 'ENOENT' && closing.failure.code !== 'ENOTDIR') {
    throw new DiskError(closing.failure.code, journalPath);
  }
  if (closing?.ok === true) await site.disk.sync([], [site.statePath]);
}

/** Every staged file below the table's directories, absolute. Costs a listing of all, once a start. */
async function stagedFiles({ disk, root, table }: Site): Promise<string[]> {
  const found: string[] = [];
  for (let level = table.map((entry) => ({ directory: entry.directory, entry })); level.length > 0; ) {
    const listings = await disk.list(level.map(({ directory }) => `${root}/${directory}`));
    level = level.flatMap(({ directory, entry }, index) => {
      const listing = listings[index]!;
      if (!listing.ok) return [];
      const below: { directory: string; entry: TableEntry }[] = [];
      listing.names.forEach((name, at) => {
        const { kind } = listing.stats.at(at);
        if (kind === 'directory' && entry.recursive) below.push({ directory: joinPath(directory, name), entry });
        else if (isStagedName(name)) found.push(`${root}/${joinPath(directory, name)}`);
      });
      return below;
    });
  }
  return found;
}
