import type { Disk } from './disk.ts';

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

/** Leaves the newest folder: a run that was killed before it could clear what an earlier one had put there. */
export async function clearOldTrash(disk: Disk, statePath: string): Promise<void> {
  const folders = await trashFolders(disk, statePath);
  for (const { path } of folders.slice(0, -1)) await removeTree(disk, path);
}
