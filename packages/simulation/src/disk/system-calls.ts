/** What the system would do: one elementary change, looked at first and made when it is asked for, or the code of its refusal. */
import type { Author } from '../happenings.ts';
import { addName, createDirectory, createLink, moveName, removeName } from './changes.ts';
import type { Directory, Inode, Place } from './inode.ts';
import { placeOf } from './paths.ts';
import type { Volume } from './volume.ts';

/** The change, to be made at once; or the code of the refusal. */
export type Ready = string | (() => void);

type Code = string | undefined;

/** Makes the change, if it may be made. */
export function made(ready: Ready): boolean {
  if (typeof ready === 'string') return false;
  ready();
  return true;
}

/** The entry of `path`, on condition that there is none yet. */
export function freePlace(volume: Volume, path: string): Place | string {
  const place = placeOf(volume, path);
  if (typeof place === 'string') return place;
  return isSpecial(place) || place.directory.entries.has(place.name) ? 'EEXIST' : place;
}

/** The entry of `path` and what it stands for. */
export function taken(volume: Volume, path: string): { readonly place: Place; readonly inode: Inode } | string {
  const place = placeOf(volume, path);
  if (typeof place === 'string') return place;
  if (isSpecial(place)) return 'EBUSY';
  const inode = place.directory.entries.get(place.name);
  return inode === undefined ? 'ENOENT' : { place, inode };
}

const isSpecial = ({ name }: Place): boolean => name === '' || name === '.' || name === '..';

/** Where another file system is mounted: such a directory neither goes nor moves. */
export const isMountPoint = (inode: Inode): boolean =>
  inode.kind === 'directory' && inode.homes.length > 0 && inode.homes[0]!.device !== inode.device;

export function makeDirectory(volume: Volume, path: string, mode: number, by: Author): Ready {
  const place = freePlace(volume, path);
  if (typeof place === 'string') return place;
  return () => void createDirectory(volume, place, mode, by);
}

export function makeLink(volume: Volume, path: string, target: string, by: Author): Ready {
  const place = freePlace(volume, path);
  if (typeof place === 'string') return place;
  return () => createLink(volume, place, target, by);
}

export function hardLink(volume: Volume, from: string, to: string, by: Author): Ready {
  const source = taken(volume, from);
  if (typeof source === 'string') return source;
  const place = freePlace(volume, to);
  if (typeof place === 'string') return place;
  if (source.inode.kind === 'directory') return 'EPERM';
  if (source.inode.device !== place.directory.device) return 'EXDEV';
  return () => addName(volume, place, source.inode, by);
}

export function unlink(volume: Volume, path: string, by: Author): Ready {
  const found = taken(volume, path);
  if (typeof found === 'string') return found;
  if (found.inode.kind === 'directory') return 'EISDIR';
  return () => removeName(volume, found.place, by);
}

export function removeDirectory(volume: Volume, path: string, by: Author): Ready {
  const found = taken(volume, path);
  if (typeof found === 'string') return found;
  const { inode, place } = found;
  if (inode.kind !== 'directory') return 'ENOTDIR';
  if (isMountPoint(inode)) return 'EBUSY';
  if (inode.entries.size > 0) return 'ENOTEMPTY';
  return () => removeName(volume, place, by);
}

export function rename(volume: Volume, from: string, to: string, by: Author): Ready {
  const source = taken(volume, from);
  if (typeof source === 'string') return source;
  const place = placeOf(volume, to);
  if (typeof place === 'string') return place;
  const there = isSpecial(place) ? place.directory : place.directory.entries.get(place.name);
  const refused = refusalOf(source.inode, place.directory, there);
  if (refused !== undefined) return refused;
  return () => {
    if (there !== source.inode) moveName(volume, source.place, place, by);
  };
}

function refusalOf(moved: Inode, into: Directory, there: Inode | undefined): Code {
  if (moved.homes[0]!.device !== into.device) return 'EXDEV';
  if (isMountPoint(moved) || (there !== undefined && isMountPoint(there))) return 'EBUSY';
  if (moved.kind === 'directory' && isBelow(into, moved)) return 'EINVAL';
  if (there === undefined || there === moved) return undefined;
  if (there.kind === 'directory' && isBelow(moved.homes[0]!, there)) return 'ENOTEMPTY';
  if (moved.kind !== 'directory') return there.kind === 'directory' ? 'EISDIR' : undefined;
  if (there.kind !== 'directory') return 'ENOTDIR';
  return there.entries.size > 0 ? 'ENOTEMPTY' : undefined;
}

function isBelow(directory: Directory, above: Directory): boolean {
  for (let at: Directory | undefined = directory; at !== undefined; at = at.homes[0]) if (at === above) return true;
  return false;
}
