/** client.keys kept current: the last whole state of it, and what changed since. */
import type { Disk, FileStat } from '@muster/tree';
import { DiskError } from '@muster/tree';
import { type ClientKeys, infoFileName, type KeyLine } from '../client-keys.ts';
import { openInTurn } from '../in-turn.ts';
import type { ManagerFault } from '../manager.ts';
import { openKeyTable } from './key-table.ts';
import { clientKeysPath, type ParsedKeys, parseClientKeys } from './parse.ts';

/** The agents of the file as it last could be read whole. */
export interface KeysView extends ClientKeys {
  /** Grows with each change. */
  readonly version: () => number;
  /** False until the file was read whole, or seen not to be there, once: until then nobody exists and nobody is gone. */
  readonly known: () => boolean;
  /** Of all lines, removed ones included. */
  readonly highestId: () => number;
  /** The lines of those who had this id and are none any more: its removed line, and those that vanished, or gave way to another's, since the view was opened. */
  readonly gone: (id: number) => readonly KeyLine[];
  /** Whether the agent that has this id is another than the one that the view knew by it before. */
  readonly replaced: (id: number) => boolean;
  /** Grows with each look that did not tell for sure who exists: the file was not there, not whole, or not all of it was understood. */
  readonly doubts: () => number;
  /** Looks at the file, and reads it when it changed. Costs one stat otherwise. One after the other. */
  refresh(): Promise<KeysRefresh>;
}

export interface KeysRefresh {
  readonly changed: boolean;
  /** An id whose line has another name is another agent's: it is in both. */
  readonly added: readonly number[];
  readonly removed: readonly number[];
  /** Of those added: the view knew another agent by this id before. */
  readonly replaced: readonly number[];
  /** Of lines that were skipped, when it was read: at most 100, and how many there are. */
  readonly faults: readonly ManagerFault[];
  readonly faultCount: number;
  /** The file cannot be read whole: what was known of it stays. */
  readonly trouble?: ManagerFault;
}

/** 256 MiB: two million agents. */
const maxKeysBytes = 256 * 1024 * 1024;
const readBytes = 256 * 1024;
/** A file that is written in place is read again, this often at once. */
const attempts = 3;
/** Ids of one slice of a comparison: a millisecond or two. */
const idsATurn = 2_000;
/** Lines that vanished and are remembered: more than any guard lets go at once. */
const maxGone = 100_000;
/** Files of one id, of one agent after the other, that are still known; more at a time are no registrations. */
const mostOfAnId = 10;

interface State {
  keys: ClientKeys;
  removed: ClientKeys;
  highestId: number;
  version: number;
  known: boolean;
  doubts: number;
  /** Lines of the last whole state that were skipped. */
  skipped: number;
  /** Of what was read last, whole or not. */
  stamp: string;
  trouble: ManagerFault | undefined;
  /** By id who had it, the last one last; he may be back. */
  readonly vanished: Map<number, readonly KeyLine[]>;
}

const same: KeysRefresh = { changed: false, added: [], removed: [], replaced: [], faults: [], faultCount: 0 };

/** Reads `etc/client.keys` below `root`. Rejects only for bugs: what is wrong with the file is in the first `refresh`. */
export async function openClientKeys(
  disk: Disk,
  root: string,
): Promise<{ readonly view: KeysView; readonly first: KeysRefresh }> {
  const none = openKeyTable().keys;
  const state: State = {
    keys: none,
    removed: none,
    highestId: 0,
    version: 0,
    known: false,
    doubts: 0,
    skipped: 0,
    stamp: '',
    trouble: undefined,
    vanished: new Map(),
  };
  const inTurn = openInTurn();
  const refresh = (): Promise<KeysRefresh> =>
    inTurn(async () => {
      const found = await refreshed(state, disk, root);
      if (state.trouble !== undefined || state.stamp === '' || state.skipped > 0) state.doubts += 1;
      return found;
    });
  const first = await refresh();
  return { view: viewOf(state, refresh), first };
}

function viewOf(state: State, refresh: KeysView['refresh']): KeysView {
  return {
    has: (id) => state.keys.has(id),
    of: (id) => state.keys.of(id),
    byFileName: (fileName) => state.keys.byFileName(fileName),
    ids: () => state.keys.ids(),
    get size() {
      return state.keys.size;
    },
    version: () => state.version,
    known: () => state.known,
    highestId: () => state.highestId,
    fileHash: (id) => state.keys.fileHash(id),
    gone: (id) => goneOf(state, id),
    replaced: (id) => isReplaced(state, state.keys, id),
    doubts: () => state.doubts,
    refresh,
  };
}

async function refreshed(state: State, disk: Disk, root: string): Promise<KeysRefresh> {
  const path = `${root}/${clientKeysPath}`;
  const [stat] = await disk.stat([path]);
  if (stat !== undefined && !('kind' in stat))
    return stat.code === 'ENOENT' ? absent(state, disk, root) : keep(state, stat.code);
  const stamp = stampOf(stat!);
  if (stamp === state.stamp) return state.trouble === undefined ? same : { ...same, trouble: state.trouble };
  const read = await readWhole(disk, path);
  if (typeof read === 'string') return keep(state, read);
  state.stamp = read.stamp;
  if (read.parsed.isCut) return keep(state, 'cut-short', read.stamp);
  return replace(state, read.parsed, disk);
}

/** No file is no agents, where there never were any; a file that vanished says nothing: it is replaced by renames. */
async function absent(state: State, disk: Disk, root: string): Promise<KeysRefresh> {
  const [directory] = await disk.stat([`${root}/etc`]);
  const isThere = directory !== undefined && 'kind' in directory && directory.kind === 'directory';
  if (state.keys.size > 0 || !isThere) return keep(state, 'ENOENT');
  state.known = true;
  state.stamp = '';
  state.trouble = undefined;
  return same;
}

/** `stamp`: of the state that need not be read again. */
function keep(state: State, code: string, stamp = ''): KeysRefresh {
  const trouble = troubleOf(code, state.known);
  state.stamp = stamp;
  state.trouble = trouble;
  return { ...same, trouble };
}

const causes: Readonly<Record<string, string>> = {
  'cut-short': 'ends within a line, as if it were being written; write it whole, with a line feed at the end',
  CHANGED: 'kept changing while it was read; it is read again soon',
  ENOENT: 'is not there; put it back, or an empty file if there shall be no agents',
  TOO_LARGE: 'is larger than 256 MiB; take out lines of removed agents',
  NOT_A_FILE: 'is not a regular file; put one in its place',
  ELOOP: 'is a symlink, which is not followed; put a regular file in its place',
  EACCES: 'may not be read by the user of this daemon; give it to its group with mode 0640',
};

function troubleOf(code: string, known: boolean): ManagerFault {
  const cause = causes[code] ?? 'cannot be read; look into the kernel log';
  const stays = known ? 'the agents that it named last stay' : 'until it can be read no agent is known';
  return { at: clientKeysPath, code, text: `${clientKeysPath} ${cause}: ${stays} (${code})` };
}

const stampOf = ({ device, inode, size, mtimeNs, ctimeNs }: FileStat): string =>
  [device, inode, size, mtimeNs, ctimeNs].join();

/** The code when it cannot. */
async function readWhole(disk: Disk, path: string): Promise<{ parsed: ParsedKeys; stamp: string } | string> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      const read = await readOnce(disk, path);
      const [stat] = await disk.stat([path]);
      if (stat !== undefined && 'kind' in stat && stampOf(stat) === read.stamp && read.bytes === stat.size) return read;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return error.code;
    }
  }
  return 'CHANGED';
}

async function readOnce(disk: Disk, path: string): Promise<{ parsed: ParsedKeys; stamp: string; bytes: number }> {
  const reader = await disk.openReader(path);
  let bytes = 0;
  async function* pieces(): AsyncIterable<Uint8Array> {
    for (let piece = await reader.read(readBytes); piece.length > 0; piece = await reader.read(readBytes)) {
      bytes += piece.length;
      if (bytes > maxKeysBytes) throw new DiskError('TOO_LARGE', path);
      yield piece;
    }
  }
  try {
    const parsed = await parseClientKeys(pieces(), disk.turn);
    return { parsed, stamp: stampOf(reader.stat), bytes };
  } finally {
    await reader.close();
  }
}

async function replace(state: State, parsed: ParsedKeys, disk: Disk): Promise<KeysRefresh> {
  const isOtherFile = (id: number): boolean => parsed.keys.fileHash(id) !== state.keys.fileHash(id);
  const left = await chosen(state.keys.ids(), isOtherFile, disk);
  const added = await chosen(parsed.keys.ids(), (id) => isAnother(parsed.keys, state.keys, id), disk);
  const removed = await chosen(left, (id) => isAnother(state.keys, parsed.keys, id), disk);
  await remember(state, left.slice(0, maxGone), disk);
  const replaced = await chosen(added, (id) => isReplaced(state, parsed.keys, id), disk);
  state.keys = parsed.keys;
  state.removed = parsed.removed;
  state.highestId = parsed.highestId;
  state.skipped = parsed.skipped;
  state.version += 1;
  state.known = true;
  state.trouble = undefined;
  return { changed: true, added, removed, replaced, faults: parsed.faults, faultCount: parsed.faultCount };
}

/** Whether the agent that has the id in `some` is not the one that has it in `others`: by its name, for an address may change. */
function isAnother(some: ClientKeys, others: ClientKeys, id: number): boolean {
  const [hash, other] = [some.fileHash(id), others.fileHash(id)];
  return hash !== other && (other === undefined || some.of(id)?.name !== others.of(id)?.name);
}

/** Whether the agent that has the id in `keys` is another than who had it before. */
function isReplaced({ vanished }: State, keys: ClientKeys, id: number): boolean {
  const before = vanished.get(id)?.at(-1);
  return before !== undefined && keys.has(id) && keys.of(id)?.name !== before.name;
}

/** The lines that these have, or had until now. */
async function remember({ vanished, keys }: State, left: readonly number[], disk: Disk): Promise<void> {
  if (vanished.size + left.length > maxGone) vanished.clear();
  for (const [index, id] of left.entries()) {
    const line = keys.of(id)!;
    const file = infoFileName(line);
    const others = (vanished.get(id) ?? []).filter((one) => infoFileName(one) !== file);
    vanished.set(id, [...others, line].slice(-mostOfAnId));
    if (index % idsATurn === idsATurn - 1) await disk.turn();
  }
}

function goneOf({ vanished, removed, keys }: State, id: number): readonly KeyLine[] {
  const [line, marked] = [keys.of(id), removed.of(id)];
  const all = [...(vanished.get(id) ?? []), ...(marked === undefined ? [] : [marked])];
  return line === undefined ? all : all.filter((one) => infoFileName(one) !== infoFileName(line));
}

/** In slices. */
async function chosen(ids: Iterable<number>, isChosen: (id: number) => boolean, disk: Disk): Promise<number[]> {
  const found: number[] = [];
  let left = idsATurn;
  for (const id of ids) {
    if (isChosen(id)) found.push(id);
    if (--left > 0) continue;
    left = idsATurn;
    await disk.turn();
  }
  return found;
}
