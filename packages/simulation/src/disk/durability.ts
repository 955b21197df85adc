/**
 * What is on the disk for sure, and what a loss of power leaves of the rest.
 *
 * Everything not synced is remembered: changes of names in order, and the earlier states of each
 * file. Syncing forgets some of it; losing power takes some of it back, newest first.
 */
import type { Directory, File, Inode } from './inode.ts';
import type { Renaming, Slot, Volume } from './volume.ts';

/** The kernel writes out by itself what is older, ms. */
export const writeBackMs = 30_000;

/** fsync: content, size, mode and owner; and that the file is there (as ext4 and xfs have it), but no later name. */
export function syncFile(volume: Volume, file: File): void {
  settleMaking(volume, file);
  settleFile(volume, file);
}

/** fdatasync: as fsync, but a mode or an owner alone, of a file that is otherwise durable, may still be lost. */
export function syncData(volume: Volume, file: File): void {
  const written = file.tailBytes > 0 || file.past?.some(({ content }) => content !== file.state.content) === true;
  if (settleMaking(volume, file) || written) settleFile(volume, file);
}

const settleMaking = (volume: Volume, file: File): boolean =>
  settleNames(volume, ({ slots }) => slots.length === 1 && slots[0]!.after === file);

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

/** False: there was nothing to settle. */
function settleNames(volume: Volume, wanted: (one: Renaming) => boolean): boolean {
  if (volume.pending.length === 0) return false;
  const settled = withNeeds(volume.pending, wanted);
  if (settled.size > 0) volume.pending = volume.pending.filter((one) => !settled.has(one));
  return settled.size > 0;
}

/**
 * Those wanted and all that they need: the earlier changes of the same name or of the same inode, the
 * making of the directories concerned, and for a directory that went whatever emptied it.
 */
export function withNeeds(pending: readonly Renaming[], wanted: (one: Renaming) => boolean): Set<Renaming> {
  const taken = new Set<Renaming>();
  const needs: Needs = { inodes: new Set(), emptied: new Set(), names: new Map() };
  for (let at = pending.length - 1; at >= 0; at--) {
    const one = pending[at]!;
    if (!wanted(one) && !(taken.size > 0 && one.slots.some((slot) => isNeeded(needs, slot)))) continue;
    taken.add(one);
    for (const slot of one.slots) need(needs, slot, one);
  }
  return taken;
}

interface Needs {
  readonly inodes: Set<Inode>;
  /** Directories that went: all that happened in them before is needed. */
  readonly emptied: Set<Directory>;
  readonly names: Map<Directory, Set<string>>;
}

const isNeeded = ({ inodes, emptied, names }: Needs, { directory, name, before, after }: Slot): boolean =>
  (before !== undefined && inodes.has(before)) ||
  (after !== undefined && inodes.has(after)) ||
  emptied.has(directory) ||
  names.get(directory)?.has(name) === true;

function need({ inodes, emptied, names }: Needs, { directory, name, before, after }: Slot, { slots }: Renaming): void {
  const known = names.get(directory);
  if (known === undefined) names.set(directory, new Set([name]));
  else known.add(name);
  inodes.add(directory);
  if (before !== undefined) inodes.add(before);
  if (after !== undefined) inodes.add(after);
  if (before?.kind === 'directory' && slots.every((slot) => slot.after !== before)) emptied.add(before);
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
