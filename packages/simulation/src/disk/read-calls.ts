/** What reads. Paths are resolved when a call's time has come, not when it was made. */
import { createHash } from 'node:crypto';
import { type Digested, type Disk, DiskError, type DiskFailure, type FileStat, type Listing } from '@muster/tree';
import type { Calls } from './calls.ts';
import { wholeOf } from './changes.ts';
import { type Content, digestOf } from './content.ts';
import type { Operation } from './file-system.ts';
import { type File, type Inode, sizeOf, statOf } from './inode.ts';
import { listingOf } from './listings.ts';
import { directoryAt, followed, inodeAt, pathOfPlace } from './paths.ts';

type ReadCalls = Pick<Disk, 'list' | 'stat' | 'realpath' | 'digest' | 'read'>;

export function readCalls(calls: Calls): ReadCalls {
  const each = async <T, R>(all: readonly T[], one: (item: T) => R): Promise<R[]> => {
    const results: R[] = [];
    for (const item of all) {
      results.push(one(item));
      const others = calls.between();
      if (others !== undefined) await others;
    }
    return results;
  };
  return {
    list: (directories) =>
      calls.call('disk list', directories.length, () => each(directories, (path) => listOne(calls, path))),
    stat: (paths) => calls.call('disk stat', paths.length, () => each(paths, (path) => statOne(calls, path))),
    realpath: (paths) =>
      calls.call('disk realpath', paths.length, () => each(paths, (path) => realpathOne(calls, path))),
    digest: (paths, signal) => digestAll(calls, paths, signal),
    read: batchedRead(calls),
  };
}

function listOne(calls: Calls, path: string): Listing {
  const { volume } = calls;
  const refused = (code: string): Listing => ({ ok: false, directory: path, failure: { code, path } });
  const code = calls.refusal('list', path);
  if (code !== undefined) return refused(code);
  const directory = directoryAt(volume, path);
  if (typeof directory === 'string') return refused(directory);
  if (volume.faults.failures.length > 0)
    for (const name of directory.entries.keys()) {
      const unstatted = calls.refusal('stat', `${path}/${name}`);
      if (unstatted !== undefined) return refused(unstatted);
    }
  return listingOf(directory, path);
}

function statOne(calls: Calls, path: string): FileStat | DiskFailure {
  const inode = calls.refusal('stat', path) ?? inodeAt(calls.volume, path);
  return typeof inode === 'string' ? { code: inode, path } : statOf(inode);
}

function realpathOne(calls: Calls, path: string): string | DiskFailure {
  const { volume } = calls;
  const found = calls.refusal('stat', path) ?? followed(volume, path);
  return typeof found === 'string' ? { code: found, path } : pathOfPlace(volume, found.place);
}

/** Neither follows a symlink nor opens what is no regular file. */
export function openFile(calls: Calls, operation: Operation, path: string): File | string {
  const inode: Inode | string = calls.refusal(operation, path) ?? inodeAt(calls.volume, path);
  if (typeof inode === 'string') return inode;
  if (inode.kind === 'symlink') return 'ELOOP';
  return inode.kind === 'directory' ? 'NOT_A_FILE' : inode;
}

/** Rejects at once when aborted; what reads on then tells nobody. */
function digestAll(calls: Calls, paths: readonly string[], signal: AbortSignal): Promise<readonly Digested[]> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    const work = async (): Promise<Digested[]> => {
      const all: Digested[] = [];
      for (const path of paths) {
        const one = digestOne(calls, path);
        all.push(one instanceof Promise ? await one : one);
        if (signal.aborted) break;
      }
      return all;
    };
    calls.call('disk digest', paths.length, work).then((all) => {
      signal.removeEventListener('abort', abort);
      resolve(all);
    }, reject);
  });
}

const attempts = 3;
export const pieceBytes = 256 * 1024;

/** A small file that nobody comes between is digested in one step. */
function digestOne(calls: Calls, path: string): Digested | Promise<Digested> {
  const file = openFile(calls, 'digest', path);
  if (typeof file === 'string') return { ok: false, path, failure: { code: file, path } };
  const others = calls.between();
  if (others !== undefined || sizeOf(file) > pieceBytes) return digestSlowly(calls, path, file, others);
  return { ok: true, path, digest: digestOf(wholeOf(calls.volume, file)), stat: statOf(file) };
}

async function digestSlowly(
  calls: Calls,
  path: string,
  opened: File,
  others: Promise<void> | undefined,
): Promise<Digested> {
  let file: File | string = opened;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) file = openFile(calls, 'digest', path);
    if (typeof file === 'string') return { ok: false, path, failure: { code: file, path } };
    const stat = statOf(file);
    if (attempt === 0) await others;
    const { digest, size } = await digestPieces(calls, file);
    const after = statOf(file);
    if (size === stat.size && after.size === size && after.mtimeNs === stat.mtimeNs && after.ctimeNs === stat.ctimeNs)
      return { ok: true, path, digest, stat };
  }
  return { ok: false, path, failure: { code: 'CHANGED', path } };
}

/** Reads to the end, piece by piece, whatever the file holds by then. */
async function digestPieces(calls: Calls, file: File): Promise<{ readonly digest: string; readonly size: number }> {
  const hash = createHash('blake2b512');
  const first = wholeOf(calls.volume, file);
  const pieces: Uint8Array[] = [];
  let mixed = false;
  let size = 0;
  for (;;) {
    const content: Content = wholeOf(calls.volume, file);
    mixed ||= content !== first;
    const piece = content.bytes.subarray(size, size + pieceBytes);
    if (piece.length === 0) break;
    pieces.push(piece);
    size += piece.length;
    const others = piece.length === pieceBytes ? calls.takes(calls.volume.faults.latency.perFileMs) : calls.between();
    if (others !== undefined) await others;
    if (piece.length < pieceBytes) break;
  }
  if (!mixed && size === first.bytes.length) return { digest: digestOf(first), size };
  for (const piece of pieces) hash.update(piece);
  return { digest: hash.digest('hex'), size };
}

interface Reading {
  readonly path: string;
  readonly maxBytes: number;
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Reads asked for in one turn travel together, as on the real disk. */
function batchedRead(calls: Calls): Disk['read'] {
  let queued: Reading[] = [];
  const flush = (): void => {
    const batch = queued;
    queued = [];
    const work = async (): Promise<(() => void)[]> => {
      const answers: (() => void)[] = [];
      for (const reading of batch) {
        answers.push(readOne(calls, reading));
        const others = calls.between();
        if (others !== undefined) await others;
      }
      return answers;
    };
    void calls.call('disk read', batch.length, work).then((answers) => {
      for (const answer of answers) answer();
    });
  };
  return (path, maxBytes) =>
    new Promise((resolve, reject) => {
      if (queued.push({ path, maxBytes, resolve, reject }) === 1) queueMicrotask(flush);
    });
}

function readOne(calls: Calls, { path, maxBytes, resolve, reject }: Reading): () => void {
  const file = openFile(calls, 'read', path);
  if (file === 'ENOENT') return () => resolve(undefined);
  if (typeof file === 'string') return () => reject(new DiskError(file, path));
  if (sizeOf(file) > maxBytes) return () => reject(new DiskError('TOO_LARGE', path));
  const { bytes } = wholeOf(calls.volume, file);
  return () => resolve(bytes);
}

export const refused = (code: string | undefined, path: string): void => {
  if (code !== undefined) throw new DiskError(code, path);
};
