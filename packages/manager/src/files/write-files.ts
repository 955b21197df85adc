/** Writes many small files whole: beside their targets, then renamed over them. */
import type { Disk, DiskFailure, DiskStep, FileStat, Owner } from '@muster/tree';
import { ManagerError } from '../manager-error.ts';

export interface FileToWrite {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whole ms since 1970; absent: now. */
  readonly mtimeMs?: number;
}

export type Written =
  | { readonly ok: true; readonly stat: FileStat }
  | { readonly ok: false; readonly failure: DiskFailure };

export interface FileWriter {
  /** All of one directory. The outcomes are in the order of `files`. `durable`: a loss of power leaves the old or the new content. */
  write(directory: string, files: readonly FileToWrite[], durable: boolean): Promise<readonly Written[]>;
}

const fileMode = 0o660;
const directoryMode = 0o770;
/** Files written at once: some thousand renames in one batch keep a thread for 100 ms. */
const batchFiles = 2_000;

/** As the tree names what it stages, so that scans pass over them. */
const temporaryName = /^\.muster-0{16}-agents[0-9a-z]{1,12}\.tmp$/;
export const isLeftover = (name: string): boolean => temporaryName.test(name);

/** `owner` of what is written; absent: this process. `mode`: 0660. */
export function openFileWriter(disk: Disk, owner?: Owner, mode: number = fileMode): FileWriter {
  let count = 0;
  const owned = owner === undefined ? {} : { owner };
  const temporaryIn = (directory: string): string =>
    `${directory}/.muster-${'0'.repeat(16)}-agents${(count++).toString(36)}.tmp`;

  const stage = async (files: readonly FileToWrite[], temporaries: readonly string[]): Promise<readonly Written[]> => {
    const stager = await disk.openStager();
    try {
      for (const [index, { bytes }] of files.entries()) {
        stager.begin({ path: temporaries[index]!, mode, size: bytes.length, ...owned });
        if (bytes.length > 0) await stager.write(bytes);
      }
      return await stager.finish();
    } catch (error) {
      await stager.abort();
      throw error;
    }
  };

  const write = async (directory: string, files: readonly FileToWrite[], durable: boolean): Promise<Written[]> => {
    const temporaries = files.map(() => temporaryIn(directory));
    const outcomes = [...(await stage(files, temporaries))];
    const still = (): number[] => [...outcomes.keys()].filter((index) => outcomes[index]!.ok);
    const take = async (wanted: readonly number[], step: (index: number) => DiskStep): Promise<void> => {
      const taken = await disk.steps(wanted.map(step));
      for (const [at, index] of wanted.entries()) outcomes[index] = writtenOf(taken[at]!, outcomes[index]!);
    };
    await take(
      still().filter((index) => files[index]!.mtimeMs !== undefined),
      (index) => ({ do: 'set-mtime', path: temporaries[index]!, mtimeMs: files[index]!.mtimeMs! }),
    );
    if (durable)
      // Many are synced with the device of their directory: without it nothing would be.
      await disk.sync(
        still().map((index) => temporaries[index]!),
        [directory],
      );
    const [good, bad] = [still(), [...outcomes.keys()].filter((index) => !outcomes[index]!.ok)];
    await take(good, (index) => ({ do: 'rename', from: temporaries[index]!, to: files[index]!.path }));
    const left = [...bad, ...good.filter((index) => !outcomes[index]!.ok)];
    if (left.length > 0) await disk.steps(left.map((index) => ({ do: 'unlink', path: temporaries[index]! })));
    return outcomes;
  };

  /** By directory: made, and without what a process before this one left when it was killed. */
  const ready = new Map<string, Promise<void>>();
  const prepare = async (directory: string): Promise<void> => {
    await makeDirectory(disk, directory, owner);
    const [listing] = await disk.list([directory]);
    const left = listing?.ok === true ? listing.names.filter(isLeftover) : [];
    if (left.length > 0) await disk.steps(left.map((name) => ({ do: 'unlink', path: `${directory}/${name}` })));
  };
  const prepared = (directory: string): Promise<void> => {
    const one = ready.get(directory) ?? prepare(directory);
    ready.set(directory, one);
    one.catch(() => ready.delete(directory));
    return one;
  };

  return {
    write: async (directory, files, durable) => {
      await prepared(directory);
      const all: Written[] = [];
      for (let at = 0; at < files.length; at += batchFiles)
        all.push(...(await write(directory, files.slice(at, at + batchFiles), durable)));
      // It went meanwhile: it is made again the next time.
      if (all.some((one) => !one.ok && one.failure.code === 'ENOENT')) ready.delete(directory);
      else if (durable) await disk.sync([], [directory]);
      return all;
    },
  };
}

const writtenOf = (
  outcome: { readonly ok: true; readonly stat?: FileStat } | { readonly ok: false; readonly failure: DiskFailure },
  before: Written,
): Written => (outcome.ok ? (outcome.stat === undefined ? before : { ok: true, stat: outcome.stat }) : outcome);

/** One that is there stays as it is. Rejects with a `ManagerError`. */
export async function makeDirectory(disk: Disk, path: string, owner: Owner | undefined): Promise<void> {
  const [made] = await disk.steps([
    { do: 'make-directory', path, mode: directoryMode, ...(owner === undefined ? {} : { owner }) },
  ]);
  if (made?.ok === false)
    throw new ManagerError(path, made.failure.code, 'this directory is not there and cannot be made; make it');
}
