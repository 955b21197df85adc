/** What a replication has to do on this disk, decided from the plan and from what stands there. Pure. */
import { type FileEntry, splitPath } from '@muster/protocol';
import type { FileKind } from './disk.ts';
import { explain } from './disk-error.ts';
import type { Journal } from './journal.ts';
import type { Replication, ReplicationResult } from './results.ts';
import {
  type Exclusions,
  entryOf,
  isSafeName,
  isSafePath,
  isShortPath,
  isStagedName,
  selects,
  stagedNameOf,
  type TableEntry,
} from './selection.ts';

export type Failure = ReplicationResult['failures'][number];

/** What stands at a directory's path: `entry` directories may be symlinks, for the administrator made them. */
export type Standing = FileKind | 'absent' | 'unreadable';

export interface Put {
  readonly path: string;
  readonly entry: FileEntry;
  /** Relative to R. Beside the target, or above it while something stands in its way. */
  readonly staged: string;
  readonly mode: number;
}

export interface Work {
  readonly puts: readonly Put[];
  /** Made before staging: nothing stands in their way. Parents before children. */
  readonly makeNow: readonly string[];
  readonly journal: Omit<Journal, 'trash'>;
  readonly failures: readonly Failure[];
}

export const failure = (path: string, code: string): Failure => ({ path, code, text: `${explain(code)} (${code})` });

const ancestors = (directory: string, entry: TableEntry): string[] => {
  const all: string[] = [];
  for (let at = directory; at.length >= entry.directory.length; at = splitPath(at)[0]) {
    all.unshift(at);
    if (at === entry.directory) break;
  }
  return all;
};

/** Every directory whose kind must be known to decide: those of the plan and all above, down from their entries. */
export function directoriesToCheck({ changes }: Replication, table: readonly TableEntry[]): string[] {
  const wanted = new Set<string>();
  const add = (directory: string): void => {
    const entry = entryOf(table, directory);
    if (entry !== undefined) for (const path of ancestors(directory, entry)) wanted.add(path);
  };
  const files = [...changes.put.map(({ path }) => path), ...changes.remove].map((path) => splitPath(path)[0]);
  for (const path of new Set([...files, ...changes.makeDirectories, ...changes.removeDirectories])) add(path);
  return [...wanted];
}

/** A path that the table would not select is refused, whoever asks: nothing else is ever written or deleted. */
function refusals(table: readonly TableEntry[], exclusions: Exclusions): (path: string) => boolean {
  const entryAt = memo((directory: string) => (isSafePath(directory) ? entryOf(table, directory) : undefined));
  return (path) => {
    const [directory, name] = splitPath(path);
    const entry = entryAt(directory);
    return entry === undefined || !isSafeName(name) || !isShortPath(path) || !selects(entry, name, exclusions);
  };
}

export function decideWork(
  plan: Replication,
  table: readonly TableEntry[],
  exclusions: Exclusions,
  standing: ReadonlyMap<string, Standing>,
  nonce: string,
): Work {
  const { changes } = plan;
  const failures: Failure[] = [];
  const refused = refusals(table, exclusions);
  const allowed = (path: string): boolean => {
    if (!refused(path)) return true;
    failures.push(failure(path, 'OUTSIDE'));
    return false;
  };
  const directoryAllowed = (path: string): boolean => {
    const entry = entryOf(table, path);
    const fine = isSafePath(path) && entry?.files === 'all';
    if (!fine) failures.push(failure(path, 'OUTSIDE'));
    return fine;
  };
  const removed = new Set(changes.remove.filter(allowed));
  const wantedPuts = changes.put.filter(({ path }) => allowed(path));
  const makeDirectories = changes.makeDirectories.filter(
    (path) => entryOf(table, path)?.directory === path || directoryAllowed(path),
  );
  const goneDirectories = new Set(
    changes.removeDirectories.filter((path) => entryOf(table, path)?.directory !== path).filter(directoryAllowed),
  );

  const makeNow = new Set<string>();
  const makeLater = new Set<string>();
  /** Where a file of `directory` is staged; `undefined` and why when it cannot be made. */
  const reach = (directory: string): { readonly at: string } | { readonly code: string } => {
    const entry = entryOf(table, directory)!;
    let blockedAt: string | undefined;
    for (const path of ancestors(directory, entry)) {
      const stands = standing.get(path) ?? 'absent';
      if (blockedAt !== undefined) makeLater.add(path);
      else if (stands === 'directory' || (stands === 'symlink' && path === entry.directory)) continue;
      else if (stands === 'absent') makeNow.add(path);
      else if (stands === 'unreadable') return { code: 'EACCES' };
      else if (removed.has(path)) {
        blockedAt = splitPath(path)[0];
        makeLater.add(path);
      } else return { code: stands === 'symlink' ? 'ELOOP' : 'ENOTDIR' };
    }
    return { at: blockedAt ?? directory };
  };

  const puts: Put[] = [];
  const reached = memo(reach);
  for (const [index, { path, entry: file }] of wantedPuts.entries()) {
    const [directory] = splitPath(path);
    const target = reached(directory);
    if ('code' in target) failures.push(failure(path, target.code));
    else
      puts.push({
        path,
        entry: file,
        staged: `${target.at}/${stagedNameOf(file.digest, nonce, index)}`,
        mode: entryOf(table, directory)!.mode,
      });
  }
  for (const directory of makeDirectories) {
    const target = reached(directory);
    if ('code' in target) failures.push(failure(directory, target.code));
  }
  const blockerOf = memo((directory: string) =>
    ancestors(directory, entryOf(table, directory)!).find((at) => blocks(at, table, standing)),
  );
  const reachable = [...removed].filter((path) => {
    const blocker = blockerOf(splitPath(path)[0]);
    if (blocker !== undefined && standing.get(blocker) !== 'absent') failures.push(failure(path, 'ELOOP'));
    return blocker === undefined;
  });
  const putPaths = new Set(puts.map(({ path }) => path));
  const inTheWay = (path: string): boolean => makeLater.has(path) || underAny(path, putPaths);
  const firstDirectories = [...goneDirectories].filter((path) => putPaths.has(path) || underAny(path, putPaths));
  const later = [...goneDirectories].filter((path) => !firstDirectories.includes(path));
  const files = partition(reachable, inTheWay);
  return {
    puts,
    makeNow: [...makeNow].sort(),
    failures,
    journal: {
      nonce,
      first: {
        files: files.yes,
        directories: deepestFirst(firstDirectories),
        parents: deepestFirst(emptiedAbove(files.yes, firstDirectories, putPaths)),
      },
      makeDirectories: [...makeLater].sort(),
      renames: puts.map(({ staged, path }) => ({ from: staged, to: path })),
      last: {
        files: files.no,
        directories: deepestFirst(later),
        parents: deepestFirst(parentsEmptied(later, plan, table)),
      },
    },
  };
}

const blocks = (path: string, table: readonly TableEntry[], standing: ReadonlyMap<string, Standing>): boolean => {
  const stands = standing.get(path) ?? 'absent';
  return stands !== 'directory' && !(stands === 'symlink' && entryOf(table, path)?.directory === path);
};

/** Directories between a removed file and the file that takes their common ancestor's place. */
function emptiedAbove(files: readonly string[], known: readonly string[], puts: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const path of [...files, ...known]) {
    for (let at = splitPath(path)[0]; at !== ''; at = splitPath(at)[0]) {
      if (puts.has(at) || underAny(at, puts)) found.add(at);
    }
  }
  return [...found].filter((path) => !known.includes(path));
}

/**
 * A directory that held only a removed directory is empty too. One that is to stay is told by the
 * plan: it is made, or files are removed from it without it.
 */
function parentsEmptied(removed: readonly string[], { changes }: Replication, table: readonly TableEntry[]): string[] {
  const stays = new Set([
    ...changes.makeDirectories,
    ...[...changes.put.map(({ path }) => path), ...changes.remove].map((path) => splitPath(path)[0]),
  ]);
  const gone = new Set(removed);
  const found = new Set<string>();
  for (const path of removed) {
    const entry = entryOf(table, path)!;
    for (let at = splitPath(path)[0]; at.length > entry.directory.length; at = splitPath(at)[0]) {
      if (gone.has(at)) continue;
      if (stays.has(at)) break;
      found.add(at);
    }
  }
  return [...found];
}

const underAny = (path: string, paths: ReadonlySet<string>): boolean => {
  if (paths.size === 0) return false;
  for (let at = splitPath(path)[0]; at !== ''; at = splitPath(at)[0]) if (paths.has(at)) return true;
  return false;
};

/** Thousands of files lie in few directories. */
function memo<T>(work: (directory: string) => T): (directory: string) => T {
  const known = new Map<string, T>();
  return (directory) => {
    const before = known.get(directory);
    if (before !== undefined || known.has(directory)) return before as T;
    const value = work(directory);
    known.set(directory, value);
    return value;
  };
}

export const deepestFirst = (paths: readonly string[]): string[] =>
  [...new Set(paths)].sort((a, b) => b.split('/').length - a.split('/').length || (a < b ? -1 : 1));

function partition(
  paths: readonly string[],
  test: (path: string) => boolean,
): { readonly yes: string[]; readonly no: string[] } {
  return { yes: paths.filter(test), no: paths.filter((path) => !test(path)) };
}

/** What may be left in a directory that is removed nevertheless: names that are excluded everywhere (`reference/integrity.md` 5), and our own. */
export const mayBeLeft = (name: string, { files }: Exclusions): boolean => files.includes(name) || isStagedName(name);
