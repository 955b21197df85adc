/** The bare entries of directories, with everything that is remembered about them. */
import { type Directory, type Inode, type State, sizeOf } from './inode.ts';
import type { Volume } from './volume.ts';

/** What `name` stands for from now on; undefined: nothing. */
export function setSlot(volume: Volume, directory: Directory, name: string, inode: Inode | undefined): void {
  const before = directory.entries.get(name);
  if (before !== undefined) leave(volume, directory, before);
  if (inode === undefined) directory.entries.delete(name);
  else {
    directory.entries.set(name, inode);
    inode.homes.push(directory);
    if (inode.kind === 'directory') inode.name = name;
  }
  if ((before === undefined) !== (inode === undefined)) directory.names = undefined;
  directory.listing = undefined;
}

function leave(volume: Volume, directory: Directory, inode: Inode): void {
  inode.homes.splice(inode.homes.indexOf(directory), 1);
  if (inode.kind === 'file') return;
  volume.paths.clear();
  volume.moves += 1;
}

/** `inode` is in another state from now on. */
export function touched(inode: Inode, state: State): void {
  inode.state = state;
  inode.packed = undefined;
  for (const home of inode.homes) home.listing = undefined;
}

/** What a file without a name took is free again. */
export function freeSpaceOf({ faults }: Volume, inode: Inode): void {
  if (faults.freeBytes !== undefined && inode.kind === 'file' && inode.homes.length === 0)
    faults.freeBytes += sizeOf(inode);
}
