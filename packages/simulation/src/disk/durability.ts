/**
 * What is on the disk for sure, and what a loss of power leaves of the rest.
 *
 * Everything not synced is remembered: changes of names in order, and the earlier states of each
 * file. Syncing forgets some of it; losing power takes some of it back, newest first.
 */
import type { File, Inode } from './inode.ts';
import type { Renaming, Volume } from './volume.ts';

/** The kernel writes out by itself what is older, ms. */
export const writeBackMs = 30_000;

/** Content, size, mode and owner; and that the file is there (as ext4 and xfs have it), but no later name. */
export function syncInode(volume: Volume, inode: Inode): void {
  if (inode.kind === 'file') settleFile(volume, inode);
  settleNames(volume, ({ slots }) => slots.length === 1 && slots[0]!.after === inode);
}

/** Every change of names in the directory, both ends of each rename, and whatever these stand on. */
export function syncDirectory(volume: Volume, directory: Inode): void {
  settleNames(volume, ({ slots }) =>
    slots.some((slot) => slot.directory === directory || (slots.length === 1 && slot.after === directory)),
  );
}

/** Everything on one device. */
export function syncDevice(volume: Volume, device: bigint): void {
  volume.pending = volume.pending.filter(({ slots }) => slots[0]!.directory.device !== device);
  for (const file of volume.dirty) if (file.device === device) settleFile(volume, file);
}

export function syncAll(volume: Volume): void {
  volume.pending = [];
  for (const file of volume.dirty) settleFile(volume, file);
}

function settleFile(volume: Volume, file: File): void {
  file.past = undefined;
  volume.dirty.delete(file);
}

function settleNames(volume: Volume, wanted: (one: Renaming) => boolean): void {
  if (volume.pending.length === 0) return;
  const settled = withNeeds(volume.pending, wanted);
  if (settled.size > 0) volume.pending = volume.pending.filter((one) => !settled.has(one));
}

/**
 * Those wanted and all that they need: the earlier changes of the same name or of the same inode, the
 * making of the directories concerned, and for a directory that went whatever emptied it.
 */
export function withNeeds(pending: readonly Renaming[], wanted: (one: Renaming) => boolean): Set<Renaming> {
  const taken = new Set<Renaming>();
  const needed = new Set<Inode>();
  const emptied = new Set<Inode>();
  const names = new Set<string>();
  for (let at = pending.length - 1; at >= 0; at--) {
    const one = pending[at]!;
    const isNeeded =
      wanted(one) ||
      one.slots.some(
        ({ directory, name, before, after }) =>
          emptied.has(directory) ||
          (before !== undefined && needed.has(before)) ||
          (after !== undefined && needed.has(after)) ||
          names.has(`${directory.number}/${name}`),
      );
    if (!isNeeded) continue;
    taken.add(one);
    for (const { directory, name, before, after } of one.slots) {
      names.add(`${directory.number}/${name}`);
      needed.add(directory);
      if (before !== undefined) needed.add(before);
      if (after !== undefined) needed.add(after);
      if (before?.kind === 'directory' && one.slots.every((slot) => slot.after !== before)) emptied.add(before);
    }
  }
  return taken;
}

/** Forgets what is on the disk by its age; looked at only when much has gathered. */
export function tidy(volume: Volume): void {
  if (volume.pending.length + volume.dirty.size < volume.tidyAt) return;
  const until = volume.now() - writeBackMs;
  const young = volume.pending.findIndex(({ atMs }) => atMs > until);
  volume.pending = young < 0 ? [] : volume.pending.slice(young);
  for (const file of volume.dirty) if (file.state.sinceMs <= until) settleFile(volume, file);
  volume.tidyAt = Math.max(1_024, 2 * (volume.pending.length + volume.dirty.size));
}
