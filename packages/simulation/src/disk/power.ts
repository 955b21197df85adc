/** A loss of power: what of the changes that nobody synced is still there afterwards. */
import type { Dice } from '../dice.ts';
import { hintSelf, tell, wholeOf } from './changes.ts';
import type { Content } from './content.ts';
import { syncAll, withNeeds, writeBackMs } from './durability.ts';
import type { Directory, File, Inode, Place, State } from './inode.ts';
import { isThere } from './paths.ts';
import { setSlot, touched } from './slots.ts';
import type { Renaming, Volume } from './volume.ts';

export function losePower(volume: Volume, dice: Dice): void {
  const changed = [...loseNames(volume, dice), ...loseContents(volume, dice)];
  syncAll(volume);
  for (const place of changed) tellPlace(volume, place);
}

/** The names that are other than before. */
function loseNames(volume: Volume, dice: Dice): Place[] {
  const old = volume.now() - writeBackMs;
  const survivors = survivorsOf(volume.pending, old, dice);
  const places = new Map<string, Place>();
  for (let at = volume.pending.length - 1; at >= 0; at--) {
    const one = volume.pending[at]!;
    if (survivors.has(one)) continue;
    // First all names away, then all back: a rename over the same inode would lose its home.
    for (const { directory, name } of one.slots) setSlot(volume, directory, name, undefined);
    for (const { directory, name, before } of one.slots) {
      setSlot(volume, directory, name, before);
      places.set(`${directory.number}/${name}`, { directory, name });
    }
  }
  return [...places.values()].filter(({ directory }) => isThere(volume, directory));
}

/** Half of the time a journal that ends somewhere, as of ext4 and xfs; else each for itself where nothing that survives needs it. */
function survivorsOf(pending: readonly Renaming[], old: number, dice: Dice): Set<Renaming> {
  const inOrder = dice.chance(0.5);
  const end = dice.int(0, pending.length);
  const share = dice.pick([0.2, 0.5, 0.8]);
  const chosen = new Set(pending.filter((_, index) => (inOrder ? index < end : dice.chance(share))));
  return withNeeds(pending, (one) => one.atMs <= old || chosen.has(one));
}

function loseContents(volume: Volume, dice: Dice): Place[] {
  const places: Place[] = [];
  for (const file of [...volume.dirty]) {
    const now = { ...file.state, content: wholeOf(volume, file) };
    const left = stateAfter(volume, file, dice);
    if (left === file.state || sameAs(left, now)) continue;
    touched(file, left);
    for (const directory of file.homes) if (isThere(volume, directory)) places.push(...namesOf(directory, file));
  }
  return places;
}

const sameAs = (a: State, b: State): boolean =>
  a.content === b.content && a.mode === b.mode && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;

/** One of its states since the last sync; what that has of unsynced content may be torn. */
function stateAfter(volume: Volume, file: File, dice: Dice): State {
  const states = [...(file.past ?? []), file.state];
  const old = volume.now() - writeBackMs;
  const sure = Math.max(
    0,
    states.findLastIndex(({ sinceMs }) => sinceMs <= old),
  );
  const chosen = dice.int(sure, states.length - 1);
  const how = dice.next();
  const cut = dice.next();
  const [before, left] = [states[sure]!, states[chosen]!];
  if (left.content === before.content) return left;
  const { bytes } = left.content;
  const at = Math.floor(cut * bytes.length);
  if (how < 0.5) return left;
  if (how < 0.8) return { ...left, content: volume.contents.of(bytes.subarray(0, at)) };
  // The size came to the disk, not all of the bytes, and not the newest mtime: no stat that was ever seen fits it.
  const mtimeNs = before.mtimeNs === left.mtimeNs ? left.mtimeNs - 1n : before.mtimeNs;
  return { ...left, mtimeNs, content: zeroFilled(volume, bytes, at) };
}

function zeroFilled({ contents }: Volume, bytes: Uint8Array, from: number): Content {
  return contents.of(new Uint8Array(bytes).fill(0, from));
}

const namesOf = (directory: Directory, file: File): Place[] =>
  [...directory.entries].filter(([, inode]) => inode === file).map(([name]) => ({ directory, name }));

/** What came back with a directory is told too. */
function tellPlace(volume: Volume, at: Place): void {
  const inode: Inode | undefined = at.directory.entries.get(at.name);
  if (inode === undefined) return tell(volume, 'power', 'removed', at);
  hintSelf(inode);
  tell(volume, 'power', inode.kind === 'file' ? 'content' : 'made', at);
  if (inode.kind === 'directory')
    for (const name of inode.entries.keys()) tellPlace(volume, { directory: inode, name });
}
