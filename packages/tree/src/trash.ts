import type { Disk } from './disk.ts';

/** So many deletions can be undone: one that follows another, a restore among them, takes nothing away (ADR 0011). */
export const trashGenerations = 8;

/** The folders of the trash, oldest first: one a transaction that removed something. */
export async function trashFolders(
  disk: Disk,
  statePath: string,
): Promise<readonly { readonly number: number; readonly path: string }[]> {
  const [listing] = await disk.list([`${statePath}/trash`]);
  if (listing?.ok !== true) return [];
  return listing.names
    .filter((name) => /^[1-9][0-9]{0,14}$/.test(name))
    .map((name) => ({ number: Number(name), path: `${statePath}/trash/${name}` }))
    .sort((a, b) => a.number - b.number);
}

/** Removes a folder of ours with all that is in it. What resists stays, for the next time. */
export async function removeTree(disk: Disk, path: string): Promise<void> {
  const [listing] = await disk.list([path]);
  if (listing?.ok !== true) return;
  const kinds = listing.names.map((name, index) => ({ path: `${path}/${name}`, kind: listing.stats.at(index).kind }));
  for (const { path: below, kind } of kinds) if (kind === 'directory') await removeTree(disk, below);
  const files = kinds.filter(({ kind }) => kind !== 'directory');
  await disk.steps([
    ...files.map(({ path: file }) => ({ do: 'unlink' as const, path: file })),
    { do: 'remove-directory', path },
  ]);
}

/** Leaves the newest `trashGenerations` folders, however many there are: a run may have been killed before it cleared. */
export async function clearOldTrash(disk: Disk, statePath: string): Promise<void> {
  const folders = await trashFolders(disk, statePath);
  for (const { path } of folders.slice(0, -trashGenerations)) await removeTree(disk, path);
}
