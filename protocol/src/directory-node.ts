/**
 * One directory of a file tree, in shards by name, so that one changed file among 50,000 costs a
 * shard of 200 and not the directory.
 */
import { createHash } from 'node:crypto';

/** What is known of one file. */
export interface FileEntry {
  /** Bytes. 0 or more. */
  readonly size: number;
  /** BLAKE2b-512 of the content, 128 lower-case hex digits: the reference's own digest (`reference/integrity.md` 1). */
  readonly digest: string;
}

/** One directory: its selected files by base name, and a digest over them. */
export interface DirectoryNode {
  /** In no particular order. */
  readonly files: ReadonlyMap<string, FileEntry>;
  /** Equal digests hold equal files. */
  readonly digest: string;
  /** Sum of the sizes. */
  readonly bytes: number;
  /** Files by `shardOf` their name: one shard up to 512 files, 256 above. Shared with the node before where unchanged. */
  readonly shards: readonly Shard[];
}

export interface Shard {
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly digest: string;
  readonly bytes: number;
}

/** BLAKE2b-512 of texts as UTF-8, hex. */
export const digestOf = (text: string): string => createHash('blake2b512').update(text).digest('hex');

export const sameFile = (a: FileEntry | undefined, b: FileEntry): boolean =>
  a !== undefined && a.size === b.size && a.digest === b.digest;

/** One shard while a directory is small: a digest costs more than hashing 512 rows. */
const UNSHARDED = 512;
const SHARDS = 256;

/** The count depends on nothing but the number of files, or equal directories had different digests. */
const shardCount = (files: number): number => (files <= UNSHARDED ? 1 : SHARDS);

/** FNV-1a over UTF-16 units. */
function shardOf(name: string, count: number): number {
  if (count === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 16) & (count - 1);
}

/** Names may hold any character but NUL and slash, so NUL ends each field. */
function shard(files: ReadonlyMap<string, FileEntry>): Shard {
  let rows = '';
  let bytes = 0;
  for (const name of [...files.keys()].sort()) {
    const { size, digest } = files.get(name)!;
    rows += `${name}\0${size}\0${digest}\0`;
    bytes += size;
  }
  return { files, digest: digestOf(rows), bytes };
}

function nodeOf(shards: readonly Shard[]): DirectoryNode {
  const digest = shards.length === 1 ? shards[0]!.digest : digestOf(shards.map((each) => each.digest).join(''));
  const bytes = shards.reduce((sum, each) => sum + each.bytes, 0);
  return { files: shards.length === 1 ? shards[0]!.files : unionOf(shards), digest, bytes, shards };
}

/** A copy of `files` as a node. What equals `before` is shared with it and not digested again. */
export function directoryNode(files: ReadonlyMap<string, FileEntry>, before?: DirectoryNode): DirectoryNode {
  const count = shardCount(files.size);
  const parts = Array.from({ length: count }, () => new Map<string, FileEntry>());
  for (const [name, entry] of files) parts[shardOf(name, count)]!.set(name, entry);
  const known = before?.shards.length === count ? before.shards : [];
  const shards = parts.map((part, i) => (sameFiles(known[i], part) ? known[i]! : shard(part)));
  return before !== undefined && shards.every((each, i) => each === known[i]) ? before : nodeOf(shards);
}

function sameFiles(known: Shard | undefined, files: ReadonlyMap<string, FileEntry>): known is Shard {
  if (known?.files.size !== files.size) return false;
  for (const [name, entry] of files) if (!sameFile(known.files.get(name), entry)) return false;
  return true;
}

/** The node with some files put (an entry) or removed (`undefined`). Costs the shards that they lie in. */
export function withFiles(
  node: DirectoryNode | undefined,
  edits: ReadonlyMap<string, FileEntry | undefined>,
): DirectoryNode {
  const shards = [...(node ?? emptyDirectory).shards];
  const touched = new Map<number, Map<string, FileEntry>>();
  for (const [name, entry] of edits) {
    const at = shardOf(name, shards.length);
    const files = touched.get(at) ?? new Map(shards[at]!.files);
    touched.set(at, files);
    if (entry === undefined) files.delete(name);
    else files.set(name, entry);
  }
  const size = shards.reduce((sum, each, at) => sum + (touched.get(at) ?? each.files).size, 0);
  if (shardCount(size) !== shards.length) {
    return directoryNode(new Map(shards.flatMap((each, at) => [...(touched.get(at) ?? each.files)])));
  }
  for (const [at, files] of touched) shards[at] = shard(files);
  return nodeOf(shards);
}

/** Several maps without common keys, read as one. */
function unionOf(shards: readonly Shard[]): ReadonlyMap<string, FileEntry> {
  const size = shards.reduce((sum, each) => sum + each.files.size, 0);
  const of = (name: string) => shards[shardOf(name, shards.length)]!.files;
  const union: ReadonlyMap<string, FileEntry> = {
    size,
    get: (name) => of(name).get(name),
    has: (name) => of(name).has(name),
    forEach: (visit) => {
      for (const [name, entry] of all(shards)) visit(entry, name, union);
    },
    entries: () => all(shards),
    keys: () => map(shards, ([name]) => name),
    values: () => map(shards, ([, entry]) => entry),
    [Symbol.iterator]: () => all(shards),
  };
  return union;
}

function* all(shards: readonly Shard[]): Generator<[string, FileEntry], undefined> {
  for (const { files } of shards) yield* files;
}

function* map<T>(shards: readonly Shard[], of: (pair: [string, FileEntry]) => T): Generator<T, undefined> {
  for (const pair of all(shards)) yield of(pair);
}

export const emptyDirectory: DirectoryNode = nodeOf([shard(new Map())]);
