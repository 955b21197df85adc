/** Blocks of a manifest stream: u32 big-endian length, then one msgpack array of positions. */
import { Packr, Unpackr } from 'msgpackr';
import type { FileRow } from './catalogue/index.ts';
import { digestBytes } from './digest-bytes.ts';
import type { Violation } from './envelope.ts';
import { entriesOf, type FileTree } from './file-tree.ts';
import type { GenerationId } from './ids.ts';
import { MAX_BLOCK_ROWS, MAX_HELD_PATH, MAX_MANIFEST_BLOCK, MAX_MANIFEST_ROWS } from './limits.ts';
import { checkPath } from './path.ts';
import { createScanner } from './scan.ts';
import { refused } from './violation.ts';

/** The first block: what follows, and what it must add up to. */
export interface ManifestHeader {
  readonly type: 'header';
  readonly id: GenerationId;
  /** `FileTree.root`, raw, 64 bytes. */
  readonly root: Uint8Array;
  readonly directories: number;
  readonly held: number;
  readonly files: number;
}

/** Blocks come in this order: one header, then directories, held paths, files; of each as many blocks as needed. */
export type ManifestBlock =
  | ManifestHeader
  /** Sorted; all of them, so those without files too. */
  | { readonly type: 'directories'; readonly paths: readonly string[] }
  /** Sorted. */
  | { readonly type: 'held'; readonly paths: readonly string[] }
  /** By directory, then name; a directory's files come together. */
  | { readonly type: 'files'; readonly rows: readonly FileRow[] };

export type DecodedBlock =
  | { readonly ok: true; readonly block: ManifestBlock }
  | { readonly ok: false; readonly violation: Violation };

/** Bytes before the array. */
export const BLOCK_HEADER = 4;

const HEADER = 0;
const DIRECTORIES = 1;
const HELD = 2;
const FILES = 3;

// `& 0xff` of pack's options is the room to leave (msgpackr, RESERVE_START_SPACE).
const LEAVE_HEADER = 2_048 + BLOCK_HEADER;
const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false });
const scanner = createScanner([]);

const positions = (block: ManifestBlock): readonly unknown[] => {
  switch (block.type) {
    case 'header':
      return [HEADER, block.id.epoch, block.id.generation, block.root, block.directories, block.held, block.files];
    case 'directories':
      return [DIRECTORIES, ...block.paths];
    case 'held':
      return [HELD, ...block.paths];
    case 'files':
      return [FILES, ...block.rows.flat()];
  }
};

/** One block with its length. Throws `Error('bug: …')` for what `decodeManifestBlock` would refuse. */
export function encodeManifestBlock(block: ManifestBlock): Uint8Array {
  const bytes = packr.pack(positions(block), LEAVE_HEADER);
  const text = bytes.subarray(BLOCK_HEADER);
  const decoded = decodeManifestBlock(text);
  if (!decoded.ok) throw new Error(`bug: this manifest block cannot be sent: ${decoded.violation.text}`);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, text.length);
  return bytes;
}

/** Decodes one block, without its length. Never throws; aliases nothing of `bytes`. */
export function decodeManifestBlock(bytes: Uint8Array): DecodedBlock {
  if (bytes.length > MAX_MANIFEST_BLOCK) return refused('too-long', `a manifest block of ${bytes.length} bytes`);
  const fault = scanner.scan(bytes);
  if (fault !== undefined) return refused('malformed', `a manifest block that is not well-formed: ${fault}`);
  let values: unknown;
  try {
    values = unpackr.unpack(scanner.hadBinaries() ? Uint8Array.prototype.slice.call(bytes) : bytes);
  } catch (error) {
    return refused('malformed', `a block that msgpackr refuses: ${error instanceof Error ? error.message : ''}`);
  }
  if (!Array.isArray(values)) return refused('bad-manifest', 'a manifest block that is no array');
  const block = blockOf(values);
  return typeof block === 'string' ? refused('bad-manifest', `a manifest block with ${block}`) : { ok: true, block };
}

/** The block, or what is wrong with it. */
function blockOf(values: readonly unknown[]): ManifestBlock | string {
  const [tag, ...rest] = values;
  switch (tag) {
    case HEADER:
      return headerOf(rest);
    case DIRECTORIES:
      return pathsOf(rest, (path) => checkPath(path) === undefined) ? { type: 'directories', paths: rest } : BAD_PATH;
    case HELD:
      return pathsOf(rest, isHeldPath) ? { type: 'held', paths: rest } : BAD_PATH;
    case FILES:
      return filesOf(rest);
    default:
      return 'an unknown tag';
  }
}

const BAD_PATH = 'a path that is not allowed';
const isHeldPath = (path: string): boolean => path !== '' && path.length <= MAX_HELD_PATH && !path.includes('\0');
const isCount = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isDigest = (value: unknown): value is Uint8Array => value instanceof Uint8Array && value.length === 64;

function headerOf([epoch, generation, root, directories, held, files, ...more]: readonly unknown[]):
  | ManifestBlock
  | string {
  if (!isCount(epoch, Number.MAX_SAFE_INTEGER) || !isCount(generation, Number.MAX_SAFE_INTEGER))
    return 'a bad generation';
  if (!isDigest(root) || more.length > 0) return 'a bad header';
  if (
    !isCount(directories, MAX_MANIFEST_ROWS) ||
    !isCount(held, MAX_MANIFEST_ROWS) ||
    !isCount(files, MAX_MANIFEST_ROWS)
  )
    return `a count that is none, or over ${MAX_MANIFEST_ROWS}`;
  return { type: 'header', id: { epoch, generation }, root, directories, held, files };
}

const pathsOf = (values: readonly unknown[], accept: (path: string) => boolean): values is readonly string[] =>
  values.length > 0 &&
  values.length <= MAX_BLOCK_ROWS &&
  values.every((path) => typeof path === 'string' && accept(path));

function filesOf(values: readonly unknown[]): ManifestBlock | string {
  if (values.length === 0 || values.length % 3 !== 0 || values.length > 3 * MAX_BLOCK_ROWS)
    return 'a bad number of fields';
  const rows: FileRow[] = [];
  for (let at = 0; at < values.length; at += 3) {
    const [path, size, digest] = [values[at], values[at + 1], values[at + 2]];
    if (typeof path !== 'string' || checkPath(path) !== undefined) return BAD_PATH;
    if (!isCount(size, Number.MAX_SAFE_INTEGER)) return 'a bad size';
    if (!isDigest(digest)) return 'a bad digest';
    rows.push([path, size, digest]);
  }
  return { type: 'files', rows };
}

/**
 * The blocks of `tree`, lengths included: what a master streams. Lazy, so that a large tree is packed as
 * it is sent. Throws `Error('bug: …')` for a path that `checkPath` refuses (files of R itself included).
 */
export function* manifestBlocks(tree: FileTree, id: GenerationId): Generator<Uint8Array> {
  const { directories, held, files } = tree;
  const root = digestBytes(tree.root);
  yield encodeManifestBlock({ type: 'header', id, root, directories: directories.size, held: held.size, files });
  for (const paths of batches([...directories.keys()].sort(), (path) => path)) {
    yield encodeManifestBlock({ type: 'directories', paths });
  }
  for (const paths of batches(held, (path) => path)) yield encodeManifestBlock({ type: 'held', paths });
  for (const entries of batches(entriesOf(tree), ([path]) => path)) {
    const rows = entries.map(([path, entry]): FileRow => [path, entry.size, digestBytes(entry.digest)]);
    yield encodeManifestBlock({ type: 'files', rows });
  }
}

/** Groups that fit a block: a UTF-16 unit is at most 3 bytes, and no row has over 85 beside its path. */
function* batches<T>(items: Iterable<T>, pathOf: (item: T) => string): Generator<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = 3 * pathOf(item).length + 85;
    if (batch.length === MAX_BLOCK_ROWS || bytes + size > MAX_MANIFEST_BLOCK - 8) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
