/** What people, programs and faults do to a machine's files, on a volume. */
import type { Author } from '../happenings.ts';
import type { Timeline } from '../timeline.ts';
import { createFile, moveName, removeName, setContent, setMeta, wholeOf } from './changes.ts';
import { type Content, type Contents, openContents } from './content.ts';
import { syncAll, syncFile } from './durability.ts';
import { type FileSystem, harmless } from './file-system.ts';
import { type Directory, type File, type Place, sizeOf } from './inode.ts';
import { mount, unmount } from './mounts.ts';
import { directoryAt, followed, inodeAt, placeOf } from './paths.ts';
import { losePower } from './power.ts';
import { hardLink, made, makeDirectory, makeLink, rename, taken } from './system-calls.ts';
import { openVolume, type Volume } from './volume.ts';

export interface FileSystemOptions {
  readonly node: string;
  readonly timeline: Pick<Timeline, 'now'>;
  /** The machine's wall clock, ms since 1970. */
  readonly wallNow: () => number;
  /** Shared by all machines of a world, so that equal files cost one digest. */
  readonly contents?: Contents;
  /** Files are stamped with the wall clock's last tick of so many ms, as the kernel does. A whole number. */
  readonly tickMs?: number;
}

export function openFileSystem({
  node,
  timeline,
  wallNow,
  contents = openContents(),
  tickMs = 4,
}: FileSystemOptions): FileSystem {
  const volume = openVolume({ node, now: timeline.now, wallNow, tickMs, contents, faults: harmless() });
  return {
    node,
    read: (path) => contentAt(volume, path)?.bytes,
    filesBelow: (directory) => filesBelow(volume, directory),
    size: (path) => sizeAt(volume, path),
    exists: (path) => typeof inodeAt(volume, path) !== 'string',
    mode: (path) => modeAt(volume, path),
    write: (path, content, by) => write(volume, path, contents.of(content), by),
    replace: (path, content, by) => replace(volume, path, contents.of(content), by),
    remove: (path, by) => remove(volume, path, by),
    rename: (from, to, by) => made(rename(volume, from, to, by)),
    hardLink: (from, to, by) => made(hardLink(volume, from, to, by)),
    chmod: (path, mode, by) => chmod(volume, path, mode, by),
    makeDirectory: (path, by) => makeDirectories(volume, path, by),
    symlink: (path, target, by) => made(makeLink(volume, path, target, by)),
    writeUnseen: (path, content, by) => writeUnseen(volume, path, contents.of(content), by),
    unmount: (directory, by) => unmount(volume, directory, by),
    mount: (directory, by) => mount(volume, directory, by),
    onChange: (listener) => {
      volume.listener = listener;
    },
    settle: () => syncAll(volume),
    losePower: (dice) => losePower(volume, dice),
    faults: volume.faults,
    volume,
  };
}

const newMode = 0o660;
const newDirectoryMode = 0o770;

function contentAt(volume: Volume, path: string): Content | undefined {
  const found = followed(volume, path);
  return typeof found !== 'string' && found.inode.kind === 'file' ? wholeOf(volume, found.inode) : undefined;
}

function sizeAt(volume: Volume, path: string): number | undefined {
  const found = followed(volume, path);
  return typeof found !== 'string' && found.inode.kind === 'file' ? sizeOf(found.inode) : undefined;
}

function modeAt(volume: Volume, path: string): number | undefined {
  const inode = inodeAt(volume, path);
  return typeof inode === 'string' ? undefined : inode.state.mode;
}

function filesBelow(volume: Volume, path: string): [string, Uint8Array][] {
  const files: [string, Uint8Array][] = [];
  const collect = (directory: Directory, at: string): void => {
    for (const [name, inode] of directory.entries) {
      if (inode.kind === 'directory') collect(inode, `${at}/${name}`);
      else if (inode.kind === 'file') files.push([`${at}/${name}`, wholeOf(volume, inode).bytes]);
    }
  };
  const directory = directoryAt(volume, path);
  if (typeof directory !== 'string') collect(directory, path);
  return files.sort(([a], [b]) => (a < b ? -1 : 1));
}

function makeDirectories(volume: Volume, path: string, by: Author): boolean {
  if (typeof directoryAt(volume, path) !== 'string') return true;
  const above = path.slice(0, path.lastIndexOf('/'));
  return makeDirectories(volume, above, by) && made(makeDirectory(volume, path, newDirectoryMode, by));
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Through a symlink as open(2) goes; where that leads to nothing, nothing is written. */
function write(volume: Volume, path: string, content: Content, by: Author): boolean {
  if (!makeDirectories(volume, parentOf(path), by)) return false;
  const found = followed(volume, path);
  if (typeof found !== 'string') {
    if (found.inode.kind !== 'file') return false;
    setContent(volume, found.place, found.inode, content, by);
    return true;
  }
  const place = emptyPlace(volume, path);
  if (place === undefined) return false;
  fill(volume, place, content, by);
  return true;
}

function emptyPlace(volume: Volume, path: string): Place | undefined {
  const place = placeOf(volume, path);
  return typeof place === 'string' || place.directory.entries.has(place.name) ? undefined : place;
}

function fill(volume: Volume, place: Place, content: Content, by: Author, mode = newMode): File {
  const file = createFile(volume, place, mode, by);
  setContent(volume, place, file, content, by);
  return file;
}

function replace(volume: Volume, path: string, content: Content, by: Author): boolean {
  if (!makeDirectories(volume, parentOf(path), by)) return false;
  const place = placeOf(volume, path);
  if (typeof place === 'string') return false;
  const before = place.directory.entries.get(place.name);
  if (before?.kind === 'directory') return false;
  const beside = emptyPlace(volume, `${parentOf(path)}/.${place.name.slice(0, 60)}.beside~`);
  if (beside === undefined) return false;
  const file = fill(volume, beside, content, by, before?.kind === 'file' ? before.state.mode : newMode);
  if (before !== undefined) setMeta(volume, beside, file, { uid: before.state.uid, gid: before.state.gid }, by);
  syncFile(volume, file);
  moveName(volume, beside, place, by);
  return true;
}

function remove(volume: Volume, path: string, by: Author): boolean {
  const found = taken(volume, path);
  if (typeof found === 'string') return false;
  removeAll(volume, found.place, by);
  return true;
}

/** What another file system is mounted over stays, without what lay in it. */
function removeAll(volume: Volume, at: Place, by: Author): void {
  const inode = at.directory.entries.get(at.name)!;
  if (inode.kind === 'directory') {
    for (const name of [...inode.entries.keys()]) removeAll(volume, { directory: inode, name }, by);
    if (inode.device !== at.directory.device || inode.entries.size > 0) return;
  }
  removeName(volume, at, by);
}

function chmod(volume: Volume, path: string, mode: number, by: Author): boolean {
  const found = followed(volume, path);
  if (typeof found === 'string') return false;
  setMeta(volume, found.place, found.inode, { mode }, by);
  return true;
}

function writeUnseen(volume: Volume, path: string, content: Content, by: Author): boolean {
  const found = followed(volume, path);
  if (typeof found === 'string' || found.inode.kind !== 'file') return false;
  if (wholeOf(volume, found.inode).bytes.length !== content.bytes.length) return false;
  setContent(volume, found.place, found.inode, content, by, true);
  return true;
}
