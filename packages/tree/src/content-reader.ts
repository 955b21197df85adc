/** Serves content by digest, from the files of the tree: small ones read many at a time, large ones piece by piece. */
import { type DirectoryNode, entryAt, type FileEntry, type FileTree, joinPath } from '@muster/protocol';
import type { Disk } from './disk.ts';
import { DiskError } from './disk-error.ts';
import type { ContentSink, ContentSource } from './results.ts';

export interface ContentReaderDeps {
  readonly disk: Disk;
  /** Absolute path of R. */
  readonly root: string;
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
export function openContentReader({ disk, root, tree }: ContentReaderDeps): ContentReader {
  const find = indexOf(tree);

  const small = async (path: string, size: number): Promise<Uint8Array | undefined> => {
    try {
      const bytes = await disk.read(path, smallBytes);
      return bytes?.length === size ? bytes : undefined;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const linked = error.code === 'ELOOP' ? await throughLink(path) : undefined;
      return linked === undefined ? undefined : small(linked, size);
    }
  };

  /** The scan read through this symlink and found it inside its directory; it must still be inside R. */
  const throughLink = async (path: string): Promise<string | undefined> => {
    const [base, target] = await disk.realpath([path.slice(0, path.lastIndexOf('/')), path]);
    const parent = typeof base === 'string' ? base : undefined;
    return typeof target === 'string' && parent !== undefined && target.startsWith(`${parent}/`) ? target : undefined;
  };

  const large = async (
    index: number,
    path: string,
    size: number,
    sink: ContentSink,
    signal: AbortSignal,
  ): Promise<void> => {
    const reader = await disk.openReader(path).catch(async (error: unknown) => {
      if (!(error instanceof DiskError)) throw error;
      const linked = error.code === 'ELOOP' ? await throughLink(path) : undefined;
      return linked === undefined ? undefined : disk.openReader(linked).catch(() => undefined);
    });
    if (reader === undefined) return sink.missing(index);
    try {
      if (reader.stat.size !== size) return sink.missing(index);
      sink.begin(index);
      let next = reader.read(pieceBytes);
      for (let piece = await next; piece.length > 0; piece = await next) {
        signal.throwIfAborted();
        next = reader.read(pieceBytes);
        next.catch(() => {});
        await sink.write(piece);
      }
    } finally {
      await reader.close();
    }
  };

  const fetch: ContentSource['fetch'] = async (wanted, sink, signal) => {
    const readBatch = (from: number): Promise<readonly (Uint8Array | undefined)[]> =>
      Promise.all(
        wanted.slice(from, from + batchFiles).map(({ digest, size }) => {
          const path = find(digest);
          return path === undefined || size > smallBytes ? undefined : small(`${root}/${path}`, size);
        }),
      );
    let next = readBatch(0);
    for (let from = 0; from < wanted.length; from += batchFiles) {
      const batch = await next;
      signal.throwIfAborted();
      next = from + batchFiles < wanted.length ? readBatch(from + batchFiles) : Promise.resolve([]);
      next.catch(() => {});
      for (const [offset, bytes] of batch.entries()) {
        const index = from + offset;
        const { digest, size } = wanted[index]!;
        const path = find(digest);
        if (path === undefined || (size <= smallBytes && bytes === undefined)) sink.missing(index);
        else if (bytes === undefined) await large(index, `${root}/${path}`, size, sink, signal);
        else {
          sink.begin(index);
          await sink.write(bytes);
        }
      }
    }
  };

  const known = (digest: string): FileEntry | undefined => {
    const path = find(digest);
    return path === undefined ? undefined : entryAt(tree(), path);
  };
  return { fetch, entryOf: known };
}

/** Finds a path that holds a digest. Follows the tree: only directories that changed are indexed again. */
function indexOf(tree: () => FileTree): (digest: string) => string | undefined {
  const paths = new Map<string, readonly [directory: string, name: string]>();
  let last: FileTree | undefined;
  let indexed: ReadonlyMap<string, DirectoryNode> = new Map();
  const refresh = (now: FileTree): void => {
    if (paths.size > 2 * now.files + 1_000) {
      paths.clear();
      indexed = new Map();
    }
    for (const [directory, node] of now.directories) {
      if (indexed.get(directory) === node) continue;
      for (const [name, { digest }] of node.files) paths.set(digest, [directory, name]);
    }
    indexed = now.directories;
    last = now;
  };
  return (digest) => {
    const now = tree();
    if (now !== last) refresh(now);
    const [directory, name] = paths.get(digest) ?? ['', ''];
    if (now.directories.get(directory)?.files.get(name)?.digest === digest) return joinPath(directory, name);
    return search(now, digest);
  };
}

/** The slow way, for one of several files of the same content whose indexed twin is gone. */
function search(tree: FileTree, digest: string): string | undefined {
  for (const [directory, node] of tree.directories) {
    for (const [name, entry] of node.files) if (entry.digest === digest) return joinPath(directory, name);
  }
  return undefined;
}
