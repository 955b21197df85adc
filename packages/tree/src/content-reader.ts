/** Serves content by digest, from the files of the tree: small ones read many at a time, large ones piece by piece. */
import { entryAt, type FileEntry, type FileTree, splitPath } from '@muster/protocol';
import { openDigestIndex } from './digest-index.ts';
import type { Disk, Reader } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { leadsInside } from './links.ts';
import type { ContentSink, ContentSource } from './results.ts';
import { type Exclusions, entryOf, type TableEntry } from './selection.ts';

export interface ContentReaderDeps {
  readonly disk: Disk;
  /** Absolute path of R. */
  readonly root: string;
  /** What the scanner scans by: a symlink is served where it is read through. */
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  /** The tree as scanned last. Only what it holds is ever read. */
  readonly tree: () => FileTree;
}

/** Up to so many bytes a file is read whole, with others. */
const smallBytes = 64 * 1024;
/** Small files read ahead: 64 of 64 KiB bound the memory to 4 MiB. */
const batchFiles = 64;
const pieceBytes = 256 * 1024;

/** A `ContentSource` over the files of this node. */
export interface ContentReader extends ContentSource {
  /** The entry of some file of the tree with this content (hex digest). */
  entryOf(digest: string): FileEntry | undefined;
}

/**
 * A file that changed since the scan is `missing`, or comes with bytes that do not fit its digest; the
 * receiver verifies, and a newer generation is on its way.
 */
export function openContentReader(deps: ContentReaderDeps): ContentReader {
  const find = openDigestIndex(deps.tree);
  const fetch: ContentSource['fetch'] = async (wanted, sink, signal) => {
    let next = readAhead(deps, find, wanted, 0);
    for (let from = 0; from < wanted.length; from += batchFiles) {
      const batch = await next;
      signal.throwIfAborted();
      next = readAhead(deps, find, wanted, from + batchFiles);
      next.catch(() => {});
      for (const [offset, bytes] of batch.entries()) {
        const [index, entry] = [from + offset, wanted[from + offset]!];
        if (bytes !== undefined) {
          sink.begin(index);
          await sink.write(bytes);
        } else if (entry.size <= smallBytes) sink.missing(index);
        else await sendLarge(deps, find(entry.digest), entry.size, index, sink, signal);
      }
    }
  };
  const known = (digest: string): FileEntry | undefined => {
    const path = find(digest);
    return path === undefined ? undefined : entryAt(deps.tree(), path);
  };
  return { fetch, entryOf: known };
}

/** The small files of the batch that begins at `from`; `undefined` for those that are large, or not there. */
const readAhead = (
  deps: ContentReaderDeps,
  find: (digest: string) => string | undefined,
  wanted: readonly FileEntry[],
  from: number,
): Promise<readonly (Uint8Array | undefined)[]> =>
  Promise.all(
    wanted.slice(from, from + batchFiles).map(({ digest, size }) => {
      const path = size > smallBytes ? undefined : find(digest);
      return path === undefined ? undefined : readSmall(deps, path, size);
    }),
  );

async function readSmall(deps: ContentReaderDeps, path: string, size: number): Promise<Uint8Array | undefined> {
  const bytes = await throughLink(deps, path, (at) => deps.disk.read(at, smallBytes));
  return bytes?.length === size ? bytes : undefined;
}

/** Reads one piece while the one before is sent. A file that is cut meanwhile ends early: the receiver tells. */
async function sendLarge(
  deps: ContentReaderDeps,
  path: string | undefined,
  size: number,
  index: number,
  sink: ContentSink,
  signal: AbortSignal,
): Promise<void> {
  const reader = path === undefined ? undefined : await throughLink(deps, path, (at) => deps.disk.openReader(at));
  if (reader === undefined) return sink.missing(index);
  try {
    if (reader.stat.size !== size) return sink.missing(index);
    sink.begin(index);
    await sendPieces(reader, sink, signal);
  } finally {
    await reader.close();
  }
}

async function sendPieces(reader: Reader, sink: ContentSink, signal: AbortSignal): Promise<void> {
  let next = reader.read(pieceBytes);
  for (let piece = await next; piece.length > 0; piece = await next) {
    signal.throwIfAborted();
    next = reader.read(pieceBytes);
    next.catch(() => {});
    await sink.write(piece);
  }
}

/** What `read` makes of the file at `path` (relative to R), or of where a symlink there leads; `undefined` when it cannot be had. */
async function throughLink<T>(
  deps: ContentReaderDeps,
  path: string,
  read: (absolute: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await read(`${deps.root}/${path}`);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const target = error.code === 'ELOOP' ? await targetOf(deps, path) : undefined;
    return target === undefined ? undefined : read(target).catch(undefinedForDiskErrors);
  }
}

function undefinedForDiskErrors(error: unknown): undefined {
  if (!(error instanceof DiskError)) throw error;
  return undefined;
}

async function targetOf(
  { disk, root, table, exclusions }: ContentReaderDeps,
  path: string,
): Promise<string | undefined> {
  const entry = entryOf(table, splitPath(path)[0]);
  if (entry === undefined) return undefined;
  const [base, target] = await disk.realpath([`${root}/${entry.directory}`, `${root}/${path}`]);
  const inside = typeof base === 'string' && typeof target === 'string' && leadsInside(base, target, entry, exclusions);
  return inside ? target : undefined;
}
