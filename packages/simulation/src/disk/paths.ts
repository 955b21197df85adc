/** Where paths lead. Failures are the system's codes. */
import type { Directory, Inode, Place } from './inode.ts';
import type { Volume } from './volume.ts';

/** Symlinks followed on the way of one path, as Linux has it. */
const mostLinks = 40;
const nameBytes = 255;
const pathBytes = 4_095;

/** UTF-8 has at most three bytes for a code unit: only longer texts are counted. */
const longer = (text: string, bytes: number): boolean => text.length * 3 > bytes && Buffer.byteLength(text) > bytes;

/** The entry that `path` names, there or not; its directory is there. Symlinks on the way are followed. */
export function placeOf(volume: Volume, path: string): Place | string {
  if (longer(path, pathBytes)) return 'ENAMETOOLONG';
  const cut = path.lastIndexOf('/');
  const directory = directoryAt(volume, path.slice(0, cut), 0);
  if (typeof directory === 'string') return directory;
  const name = path.slice(cut + 1);
  return longer(name, nameBytes) ? 'ENAMETOOLONG' : { directory, name };
}

/** What is at `path`; a symlink there is not followed. */
export function inodeAt(volume: Volume, path: string): Inode | string {
  const place = placeOf(volume, path);
  return typeof place === 'string' ? place : entryOf(volume, place);
}

const entryOf = (volume: Volume, { directory, name }: Place): Inode | string =>
  special(volume, directory, name) ?? directory.entries.get(name) ?? 'ENOENT';

/** Where `path` leads, all symlinks followed, and the entry that this is. */
export function followed(volume: Volume, path: string, links = 0): { place: Place; inode: Inode } | string {
  const place = placeOf(volume, path);
  if (typeof place === 'string') return place;
  const inode = entryOf(volume, place);
  if (typeof inode === 'string') return inode;
  if (inode.kind !== 'symlink') return { place, inode };
  if (links >= mostLinks) return 'ELOOP';
  return followed(volume, targetOf(volume, place.directory, inode.target), links + 1);
}

const targetOf = (volume: Volume, directory: Directory, target: string): string =>
  target.startsWith('/') ? target : `${pathOf(volume, directory)}/${target}`;

/** The directory that `path` leads to, all symlinks followed. */
export function directoryAt(volume: Volume, path: string, links = 0): Directory | string {
  if (path === '') return volume.root;
  const known = volume.paths.get(path);
  if (known !== undefined) return known;
  const found = lookFor(volume, path, links);
  if (typeof found !== 'string') volume.paths.set(path, found);
  return found;
}

function lookFor(volume: Volume, path: string, links: number): Directory | string {
  if (links > mostLinks) return 'ELOOP';
  if (longer(path, pathBytes)) return 'ENAMETOOLONG';
  const cut = path.lastIndexOf('/');
  const above = directoryAt(volume, path.slice(0, cut), links);
  if (typeof above === 'string') return above;
  const name = path.slice(cut + 1);
  const inode = special(volume, above, name) ?? above.entries.get(name);
  if (inode === undefined) return longer(name, nameBytes) ? 'ENAMETOOLONG' : 'ENOENT';
  if (inode.kind === 'directory') return inode;
  if (inode.kind === 'file') return 'ENOTDIR';
  return directoryAt(volume, targetOf(volume, above, inode.target), links + 1);
}

function special({ root }: Volume, directory: Directory, name: string): Directory | undefined {
  if (name === '' || name === '.') return directory;
  return name === '..' ? (directory.homes[0] ?? root) : undefined;
}

/** Absolute, without symlinks; '' for the root. Of a directory that was removed: where it was. */
export function pathOf(volume: Volume, directory: Directory): string {
  if (directory === volume.root) return '';
  if (directory.path !== undefined && directory.path.moves === volume.moves) return directory.path.text;
  const [above] = directory.homes;
  const text = above === undefined ? (directory.path?.text ?? '') : `${pathOf(volume, above)}/${directory.name}`;
  directory.path = { text, moves: volume.moves };
  return text;
}

export const pathOfPlace = (volume: Volume, { directory, name }: Place): string =>
  `${pathOf(volume, directory)}/${name}`;

/** Whether a path leads there: not to what was removed or unmounted. */
export function isThere({ root }: Volume, directory: Directory): boolean {
  let at: Directory | undefined = directory;
  while (at !== undefined && at !== root) at = at.homes[0];
  return at === root;
}
