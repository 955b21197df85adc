/** Every elementary change of a volume: remembered until it is durable, hinted to watches, told to the listener. Nothing is checked here. */
import type { Author, FileChange } from '../happenings.ts';
import { type Content, noContent } from './content.ts';
import { tidy } from './durability.ts';
import { type Directory, type File, type Inode, type Place, retimed, rewritten, type State } from './inode.ts';
import { isThere, pathOfPlace } from './paths.ts';
import { freeSpaceOf, setSlot, touched } from './slots.ts';
import { newDirectory, newFile, newLink, type Slot, stampNs, type Volume } from './volume.ts';

export function createFile(volume: Volume, at: Place, mode: number, by: Author): File {
  const file = newFile(volume, at.directory.device, mode);
  enter(volume, at, file);
  tell(volume, by, 'content', at);
  return file;
}

export function createDirectory(volume: Volume, at: Place, mode: number, by: Author): Directory {
  const directory = newDirectory(volume, at.directory.device, mode);
  enter(volume, at, directory);
  tell(volume, by, 'made', at);
  return directory;
}

export function createLink(volume: Volume, at: Place, target: string, by: Author): void {
  enter(volume, at, newLink(volume, at.directory.device, target));
  tell(volume, by, 'made', at);
}

export function addName(volume: Volume, at: Place, file: Inode, by: Author): void {
  enter(volume, at, file);
  tell(volume, by, file.kind === 'file' ? 'content' : 'made', at);
}

export function removeName(volume: Volume, at: Place, by: Author): void {
  const inode = at.directory.entries.get(at.name)!;
  remember(volume, [slotOf(at, inode, undefined)]);
  hintAt(at);
  hintSelf(inode);
  freeSpaceOf(volume, inode);
  tell(volume, by, 'removed', at);
}

export function moveName(volume: Volume, from: Place, to: Place, by: Author): void {
  const inode = from.directory.entries.get(from.name)!;
  const replaced = to.directory.entries.get(to.name);
  remember(volume, [slotOf(from, inode, undefined), slotOf(to, replaced, inode)]);
  const { state } = inode;
  const ns = stampNs(volume);
  if (state.ctimeNs !== ns) touched(inode, retimed(state, state.mtimeNs, ns));
  hintAt(from);
  hintAt(to);
  hintSelf(inode);
  if (replaced !== undefined) {
    hintSelf(replaced);
    freeSpaceOf(volume, replaced);
  }
  tell(volume, by, 'moved', to, from);
}

/** `unseen`: the mtime stays. */
export function setContent(volume: Volume, at: Place, file: File, content: Content, by: Author, unseen = false): void {
  const ns = stampNs(volume);
  wholeOf(volume, file);
  const mtimeNs = unseen ? file.state.mtimeNs : ns;
  change(volume, file, rewritten(file.state, content, mtimeNs, ns, volume.now()));
  hintAt(at);
  tellOf(volume, by, 'content', at, file);
}

/** The bytes are kept. Does not remember each length that a growing file had: losing power may cut it anywhere. */
export function append(volume: Volume, at: Place, file: File, bytes: Uint8Array, by: Author): void {
  const ns = stampNs(volume);
  const first = file.state.content === noContent && file.tailBytes === 0;
  const content = first ? volume.contents.of(bytes, true) : file.state.content;
  const state = rewritten(file.state, content, ns, ns, volume.now());
  if (file.past === undefined) change(volume, file, state);
  else touched(file, state);
  if (!first) {
    if (file.tail === undefined) file.tail = [bytes];
    else file.tail.push(bytes);
    file.tailBytes += bytes.length;
  }
  hintAt(at);
  tellOf(volume, by, 'content', at, file);
}

export type Meta = Partial<Pick<State, 'mode' | 'uid' | 'gid' | 'mtimeNs'>>;

/** Of a directory itself it is durable at once: nobody relies on the contrary. */
export function setMeta(volume: Volume, at: Place, inode: Inode, meta: Meta, by: Author): void {
  const { content } = inode.state;
  const { mode = inode.state.mode, uid = inode.state.uid, gid = inode.state.gid } = meta;
  const { mtimeNs = inode.state.mtimeNs } = meta;
  const state: State = { content, mode, uid, gid, mtimeNs, ctimeNs: stampNs(volume), sinceMs: volume.now() };
  if (inode.kind === 'file') change(volume, inode, state);
  else touched(inode, state);
  hintAt(at);
  if (inode.kind === 'directory') hintSelf(inode);
  tellOf(volume, by, 'meta', at, inode);
}

/** All that a file holds. */
export function wholeOf({ contents }: Pick<Volume, 'contents'>, file: File): Content {
  if (file.tail === undefined) return file.state.content;
  const bytes = Buffer.concat([file.state.content.bytes, ...file.tail]);
  file.tail = undefined;
  file.tailBytes = 0;
  file.state = { ...file.state, content: contents.of(bytes, true) };
  return file.state.content;
}

export function hintAt({ directory, name }: Place): void {
  if (directory.watchers !== undefined) for (const watcher of directory.watchers) watcher.hint(name);
  // A watch may be on a file too: it then hears of itself.
  const inode = directory.entries.get(name);
  if (inode?.kind === 'file') hintSelf(inode);
}

export function hintSelf({ watchers }: Inode): void {
  if (watchers !== undefined) for (const watcher of watchers) watcher.hint(undefined);
}

export function tell(volume: Volume, by: Author, kind: FileChange['kind'], at: Place, from?: Place): void {
  const { listener, node } = volume;
  if (listener === undefined || !isThere(volume, at.directory)) return;
  const path = pathOfPlace(volume, at);
  listener(from === undefined ? { node, by, kind, path } : { node, by, kind, path, from: pathOfPlace(volume, from) });
}

/** What has lost its name is changed unseen. */
function tellOf(volume: Volume, by: Author, kind: 'content' | 'meta', at: Place, inode: Inode): void {
  if (volume.listener !== undefined && at.directory.entries.get(at.name) === inode) tell(volume, by, kind, at);
}

function enter(volume: Volume, at: Place, inode: Inode): void {
  remember(volume, [slotOf(at, undefined, inode)]);
  hintAt(at);
}

const slotOf = ({ directory, name }: Place, before: Inode | undefined, after: Inode | undefined): Slot => ({
  directory,
  name,
  before,
  after,
});

function remember(volume: Volume, slots: readonly Slot[]): void {
  const ns = stampNs(volume);
  for (const { directory, name, after } of slots) {
    setSlot(volume, directory, name, after);
    if (directory.state.mtimeNs !== ns || directory.state.ctimeNs !== ns)
      touched(directory, retimed(directory.state, ns, ns));
  }
  volume.pending.push({ atMs: volume.now(), slots });
  tidy(volume);
}

function change(volume: Volume, file: File, state: State): void {
  if (file.past === undefined) {
    file.past = [file.state];
    volume.dirty.add(file);
    tidy(volume);
  } else file.past.push(file.state);
  touched(file, state);
}
