/** What reads. Paths are resolved when a call's time has come, not when it was made. */
import { type Disk, DiskError, type DiskFailure, type FileStat, type Listing } from '@muster/tree';
import type { Calls } from './calls.ts';
import { wholeOf } from './changes.ts';
import { digestAll } from './digest-calls.ts';
import { sizeOf, statOf } from './inode.ts';
import { listingOf } from './listings.ts';
import { openFile } from './open.ts';
import { directoryAt, followed, inodeAt, pathOf, pathOfPlace } from './paths.ts';

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
  if (typeof found === 'string') return { code: found, path };
  return found.inode.kind === 'directory' ? pathOf(volume, found.inode) || '/' : pathOfPlace(volume, found.place);
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
