/** After a crash: a whole journal is rolled forward; without one, what was staged is removed. Either way one trash folder is left. */
import { joinPath } from '@muster/protocol';
import { apply } from './apply.ts';
import type { Disk } from './disk.ts';
import { decodeJournal } from './journal.ts';
import type { Replicator } from './results.ts';
import { type Exclusions, isStagedName, type TableEntry } from './selection.ts';
import { clearOldTrash } from './trash.ts';

interface RecoverConfig {
  readonly root: string;
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  readonly statePath: string;
}

/** A journal of a million renames is far below this. */
const maxJournalBytes = 1024 * 1024 * 1024;

export async function recoverTransaction(
  disk: Disk,
  config: RecoverConfig,
  journalPath: string,
): Promise<Awaited<ReturnType<Replicator['recover']>>> {
  const bytes = await disk.read(journalPath, maxJournalBytes);
  const journal = bytes === undefined ? undefined : decodeJournal(bytes);
  const context = { disk, ...config, trashPath: `${config.statePath}/trash/${journal?.trash ?? 0}` };
  const applied = journal === undefined ? undefined : await apply(context, journal);
  const staged = await stagedFiles(disk, config);
  await disk.steps([...staged, journalPath, `${journalPath}.new`].map((path) => ({ do: 'unlink', path })));
  if (bytes !== undefined) await disk.sync([], [config.statePath]);
  await clearOldTrash(disk, config.statePath);
  const found = journal !== undefined ? 'journal' : staged.length > 0 ? 'staged' : 'nothing';
  return { found, renamed: applied?.renamed.length ?? 0, removed: applied?.removed ?? 0 };
}

/** Every staged file below the table's directories, absolute. Costs a listing of all, once a start. */
async function stagedFiles(disk: Disk, { root, table }: RecoverConfig): Promise<string[]> {
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
