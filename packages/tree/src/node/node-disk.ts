/** Adapter: the real disk: every call but a few stats runs in a worker thread, in batches; only watches live on the event loop. */
import type { Digested, Disk, DiskFailure, DiskStep, FileStat, Listing, Reader, StepOutcome } from '../disk.ts';
import { DiskError } from '../disk-error.ts';
import { digestBytes } from '../known.ts';
import { statFields, statsOf, unpackStat } from '../packed.ts';
import type { RawContents, RawDigests, RawListing, RawSteps } from './calls.ts';
import { fewStats, statFew } from './few-stats.ts';
import { join, joinSteps } from './joined.ts';
import { inLanes, openNodeStager } from './node-stager.ts';
import { openThreads, type Threads } from './threads.ts';
import { watchDirectory } from './watch.ts';

export interface NodeDiskOptions {
  /** System-call threads at most. 1 or more. */
  readonly hashThreads?: number;
  /** Milliseconds without work after which the threads end and give their memory back. */
  readonly idleMs?: number;
  /** Called when they ended so: the moment to give back what the work has left. */
  readonly rested?: () => void;
  /** Up to so many files are synced one by one; more, with one syncfs a device. */
  readonly fewFiles?: number;
}

/** Directories of one call: few enough to share the work between threads, enough to hide the hand-over. */
const listBatch = 16;
/** Files of one digest call: below 250 the hand-over shows (`reference/engine.md` Files). */
const digestBatch = 250;
/** Creating files is most of a transfer, and threads create in different directories at once. */
const stagerLanes = 2;
const statBatch = 1_000;
const stepBatch = 1_000;

const slices = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));

async function inBatches<T, R>(
  all: readonly T[],
  size: number,
  run: (batch: T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  return (await Promise.all(slices(all, size).map(run))).flat();
}

const listingOf = (directory: string, { names, notUtf8, packed, failure }: RawListing): Listing =>
  failure === undefined
    ? { ok: true, directory, names: names === '' ? [] : names.split('\0'), stats: statsOf(packed), notUtf8 }
    : { ok: false, directory, failure };

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

function digestedOf(paths: readonly string[], { digests, failures, packed }: RawDigests): Digested[] {
  const raw = bufferOf(digests);
  return paths.map((path, index): Digested => {
    const code = failures.get(index);
    if (code !== undefined) return { ok: false, path, failure: { code, path } };
    const digest = raw.toString('hex', index * digestBytes, (index + 1) * digestBytes);
    return { ok: true, path, digest, stat: unpackStat(packed, index) };
  });
}

/** No file has inode 0. */
const nothing = 0n;

function outcomeOf({ packed, failures }: RawSteps, index: number): StepOutcome {
  const failure = failures.get(index);
  if (failure !== undefined) return { ok: false, failure };
  return packed[index * statFields + 1] === nothing ? { ok: true } : { ok: true, stat: unpackStat(packed, index) };
}

/** Reads asked for in one turn of the event loop travel together: thousands of small files are served so. */
function batchedRead(threads: Threads): Disk['read'] {
  let queued: {
    path: string;
    maxBytes: number;
    resolve(bytes: Uint8Array | undefined): void;
    reject(error: Error): void;
  }[] = [];
  const flush = (): void => {
    const batch = queued;
    queued = [];
    const call = {
      op: 'read' as const,
      paths: join(batch.map(({ path }) => path)),
      maxBytes: batch.map(({ maxBytes }) => maxBytes),
    };
    threads.run(call).then(
      (raw) => {
        const { bytes, sizes, failures } = raw as RawContents;
        let at = 0;
        for (const [index, { path, resolve, reject }] of batch.entries()) {
          const code = failures.get(index);
          const size = sizes[index]!;
          if (code !== undefined) reject(new DiskError(code, path));
          else resolve(size < 0 ? undefined : bytes.subarray(at, at + size));
          at += Math.max(0, size);
        }
      },
      (error: Error) =>
        batch.forEach(({ reject }) => {
          reject(error);
        }),
    );
  };
  return (path, maxBytes) =>
    new Promise((resolve, reject) => {
      if (queued.push({ path, maxBytes, resolve, reject }) === 1) queueMicrotask(flush);
    });
}

async function openNodeReader(threads: Threads, handle: number, path: string): Promise<Reader> {
  const thread = threads.pin();
  try {
    const packed = (await thread.run({ op: 'open', handle, path })) as BigInt64Array;
    return {
      stat: unpackStat(packed, 0),
      read: (maxBytes) => thread.run({ op: 'pull', handle, maxBytes }) as Promise<Uint8Array>,
      close: async () => {
        await thread.run({ op: 'close', handle });
        thread.release();
      },
    };
  } catch (error) {
    thread.release();
    throw error;
  }
}

/** The disk of this machine. `close` ends its threads; whatever is still asked is refused. */
export function nodeDisk({
  hashThreads = 2,
  idleMs = 10_000,
  fewFiles = 16,
  rested,
}: NodeDiskOptions = {}): Disk & { close(): Promise<void> } {
  const threads = openThreads(hashThreads, idleMs, rested);
  let handles = 0;
  let closed = false;
  return {
    list: (directories) =>
      inBatches(directories, listBatch, async (batch) => {
        const raw = (await threads.run({ op: 'list', directories: batch })) as readonly RawListing[];
        return batch.map((directory, index) => listingOf(directory, raw[index]!));
      }),
    stat: (paths) => {
      if (paths.length <= fewStats && !closed) return statFew(paths);
      return inBatches(paths, statBatch, async (batch) => {
        const raw = (await threads.run({ op: 'stat', paths: batch })) as readonly (BigInt64Array | string)[];
        return batch.map((path, index): FileStat | DiskFailure => {
          const one = raw[index]!;
          return typeof one === 'string' ? { code: one, path } : unpackStat(one, 0);
        });
      });
    },
    realpath: (paths) =>
      inBatches(paths, statBatch, async (batch) => {
        const raw = (await threads.run({ op: 'realpath', paths: batch })) as readonly (
          | { path: string }
          | { code: string }
        )[];
        return batch.map((path, index) => {
          const one = raw[index]!;
          return 'path' in one ? one.path : { code: one.code, path };
        });
      }),
    digest: (paths, signal) =>
      inBatches(paths, digestBatch, async (batch) => {
        return digestedOf(batch, (await threads.run({ op: 'digest', paths: join(batch) }, signal)) as RawDigests);
      }),
    read: batchedRead(threads),
    replace: async (path, bytes, mode) => {
      await threads.run({ op: 'replace', path, bytes, mode });
    },
    openReader: (path) => openNodeReader(threads, handles++, path),
    openStager: () => Promise.resolve(inLanes(stagerLanes, () => openNodeStager(threads.pin(), handles++))),
    steps: (steps: readonly DiskStep[]) => inOrder(steps, threads),
    sync: async (files, directories) => {
      await threads.run({ op: 'sync', files: join(files), directories: join(directories), few: fewFiles });
    },
    watch: watchDirectory,
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => {
      closed = true;
      return threads.close();
    },
  };
}

/** Steps depend on each other, so one batch is done before the next begins. */
async function inOrder(steps: readonly DiskStep[], threads: Threads): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const batch of slices(steps, stepBatch)) {
    const raw = (await threads.run({ op: 'steps', steps: joinSteps(batch) })) as RawSteps;
    outcomes.push(...batch.map((_, index) => outcomeOf(raw, index)));
  }
  return outcomes;
}
