/** File systems that are mounted over directories, and taken away. */
import type { Author } from '../happenings.ts';
import { hintSelf, tell } from './changes.ts';
import { syncAll } from './durability.ts';
import type { Directory, Place } from './inode.ts';
import { pathOfPlace } from './paths.ts';
import { setSlot } from './slots.ts';
import { made, makeDirectory, taken } from './system-calls.ts';
import { newDirectory, type Volume } from './volume.ts';

/** What lay there waits in `away`. */
export function unmount(volume: Volume, path: string, by: Author): boolean {
  const found = taken(volume, path);
  if (typeof found === 'string' || found.inode.kind !== 'directory') return false;
  const key = pathOfPlace(volume, found.place);
  if (volume.away.has(key)) return false;
  volume.devices += 1;
  const below = volume.below.get(key) ?? newDirectory(volume, BigInt(volume.devices), found.inode.state.mode);
  exchange(volume, found.place, found.inode, below, by);
  volume.away.set(key, found.inode);
  volume.below.set(key, below);
  return true;
}

/** What was put below the mount point meanwhile is hidden until it is unmounted again. */
export function mount(volume: Volume, path: string, by: Author): boolean {
  let found = taken(volume, path);
  if (found === 'ENOENT') {
    if (!made(makeDirectory(volume, path, 0o770, by))) return false;
    found = taken(volume, path);
  }
  if (typeof found === 'string' || found.inode.kind !== 'directory') return false;
  const key = pathOfPlace(volume, found.place);
  const back = volume.away.get(key);
  if (back === undefined) return false;
  exchange(volume, found.place, found.inode, back, by);
  volume.away.delete(key);
  volume.below.set(key, found.inode);
  return true;
}

/** A watch of what goes is told so; one of the directory above hears nothing, as of inotify. */
function exchange(volume: Volume, at: Place, gone: Directory, shown: Directory, by: Author): void {
  syncAll(volume);
  tellBelow(volume, gone, 'removed', by);
  setSlot(volume, at.directory, at.name, shown);
  hintSelf(gone);
  tell(volume, by, 'made', at);
  tellBelow(volume, shown, 'content', by);
}

function tellBelow(volume: Volume, directory: Directory, what: 'removed' | 'content', by: Author): void {
  for (const [name, inode] of directory.entries) {
    const at = { directory, name };
    if (inode.kind === 'directory') tellBelow(volume, inode, what, by);
    else if (what === 'removed' || inode.kind === 'file') tell(volume, by, what, at);
  }
}
