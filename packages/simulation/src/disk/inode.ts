/** What lies behind names: files, directories, symlinks. Changed only by `changes.ts` and `durability.ts`. */
import type { FileStat, Listing } from '@muster/tree';
import { packStat, statFields } from '@muster/tree/testing';
import type { Content } from './content.ts';

/** All of an inode that changes. Replaced as a whole, so that the states before can be kept. */
export interface State {
  /** Of a regular file; of others it is empty. */
  readonly content: Content;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** When it came to be so, on the timeline. */
  readonly sinceMs: number;
}

/** The same with other times. */
export const retimed = ({ content, mode, uid, gid, sinceMs }: State, mtimeNs: bigint, ctimeNs: bigint): State => ({
  content,
  mode,
  uid,
  gid,
  mtimeNs,
  ctimeNs,
  sinceMs,
});

/** The same with another content, written now. */
export const rewritten = (
  { mode, uid, gid }: State,
  content: Content,
  mtimeNs: bigint,
  ctimeNs: bigint,
  sinceMs: number,
): State => ({ content, mode, uid, gid, mtimeNs, ctimeNs, sinceMs });

/** Hears of a watched inode. */
export interface Watcher {
  /** `name`: an entry of the watched directory; undefined: the watched itself. */
  hint(name: string | undefined): void;
}

interface Common {
  readonly number: bigint;
  readonly device: bigint;
  state: State;
  /** Directories that hold it, once for each entry. Of a directory at most one; of the root none. */
  readonly homes: Directory[];
  watchers: Set<Watcher> | undefined;
  /** Its stat, until it changes. */
  packed: BigInt64Array | undefined;
}

export interface File extends Common {
  readonly kind: 'file';
  /** The states since the last sync, oldest first: the first one is sure to survive. Undefined: all is synced. */
  past: State[] | undefined;
  /** Written behind the content and not yet made part of it. */
  tail: Uint8Array[] | undefined;
  tailBytes: number;
}

export interface Directory extends Common {
  readonly kind: 'directory';
  readonly entries: Map<string, Inode>;
  /** In its parent. */
  name: string;
  /** Sorted, until an entry comes or goes. */
  names: readonly string[] | undefined;
  /** Until anything in it changes. */
  listing: Extract<Listing, { ok: true }> | undefined;
  /** Its absolute path, and when that was so (`Volume.moves`). */
  path: { readonly text: string; readonly moves: number } | undefined;
}

export interface Link extends Common {
  readonly kind: 'symlink';
  readonly target: string;
}

export type Inode = File | Directory | Link;

/** An entry: a name in a directory, of something or still of nothing. */
export interface Place {
  readonly directory: Directory;
  readonly name: string;
}

const directoryBytes = 4_096;

export function sizeOf(inode: Inode): number {
  if (inode.kind === 'file') return inode.state.content.bytes.length + inode.tailBytes;
  return inode.kind === 'directory' ? directoryBytes : Buffer.byteLength(inode.target);
}

export function statOf(inode: Inode): FileStat {
  const { mtimeNs, ctimeNs, mode, uid, gid } = inode.state;
  const { kind, device, number } = inode;
  return { kind, device, inode: number, size: sizeOf(inode), mtimeNs, ctimeNs, mode, uid, gid };
}

/** One row of a listing. */
export function packedStatOf(inode: Inode): BigInt64Array {
  if (inode.packed !== undefined) return inode.packed;
  const packed = new BigInt64Array(statFields);
  packStat(packed, 0, statOf(inode));
  inode.packed = packed;
  return packed;
}
