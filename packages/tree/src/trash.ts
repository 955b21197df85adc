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
