/** What a replication has to do on this disk, decided from the plan and from what stands there. Pure. */
import { type FileEntry, splitPath } from '@muster/protocol';
import { type Admitted, admit } from './admit.ts';
import { type Failure, failure } from './failure.ts';
import type { Journal } from './journal.ts';
import { ancestors, deepestFirst, underAny } from './paths.ts';
import { eachPiece, type InPieces } from './pieces.ts';
import { openBlockers, openReach, type Reach, type Standing } from './reach.ts';
import type { Replication } from './results.ts';
import { type Exclusions, entryOf, stagedNameOf, type TableEntry } from './selection.ts';

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

/** Every directory whose kind must be known to decide: those of the plan and all above, down from their entries. */
export function* directoriesToCheck({ changes }: Replication, table: readonly TableEntry[]): InPieces<string[]> {
  const directories = new Set([...changes.makeDirectories, ...changes.removeDirectories]);
  yield* eachPiece(changes.put, ({ path }) => void directories.add(splitPath(path)[0]));
  yield* eachPiece(changes.remove, (path) => void directories.add(splitPath(path)[0]));
  const wanted = new Set<string>();
  for (const directory of directories) {
    const entry = entryOf(table, directory);
    if (entry !== undefined) for (const path of ancestors(directory, entry)) wanted.add(path);
  }
  return [...wanted];
}

export interface Situation {
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  readonly standing: ReadonlyMap<string, Standing>;
  /** Directories that earlier plans asked for: they stay, however empty. */
  readonly asked: ReadonlySet<string>;
  /** Part of every staged name, new for each transaction. */
  readonly nonce: string;
}

export function* decideWork(plan: Replication, situation: Situation): InPieces<Work> {
  const { table, exclusions, standing, asked, nonce } = situation;
  const admitted = yield* admit(plan, table, exclusions);
  const reach = openReach(table, standing, admitted.removed);
  const placed = yield* place(admitted, reach, situation);
  const going = yield* removable(admitted, table, standing);
  const stays = yield* staying(plan, asked);
  const removals = yield* orderRemovals(going.paths, admitted, placed.puts, reach, stays, table);
  return {
    puts: placed.puts,
    makeNow: [...reach.makeNow].sort(),
    failures: [...admitted.failures, ...placed.failures, ...going.failures],
    journal: {
      nonce,
      ...removals,
      makeDirectories: [...reach.makeLater].sort(),
      renames: placed.puts.map(({ staged, path }) => ({ from: staged, to: path })),
    },
  };
}

/** Where each file is staged, and which directories are made for all that is wanted. */
function* place(
  { puts: wanted, makeDirectories }: Admitted,
  reach: Reach,
  { table, nonce }: Situation,
): InPieces<{ readonly puts: readonly Put[]; readonly failures: readonly Failure[] }> {
  const puts: Put[] = [];
  const failures: Failure[] = [];
  let index = 0;
  yield* eachPiece(wanted, ({ path, entry }) => {
    const directory = splitPath(path)[0];
    const reached = reach.of(directory);
    if ('code' in reached) return void failures.push(failure(path, reached.code));
    const staged = `${reached.at}/${stagedNameOf(entry.digest, nonce, index++)}`;
    puts.push({ path, entry, staged, mode: entryOf(table, directory)!.mode });
  });
  for (const directory of makeDirectories) {
    const reached = reach.of(directory);
    if ('code' in reached) failures.push(failure(directory, reached.code));
  }
  return { puts, failures };
}

/** What lies behind a symlink is not ours; what lies behind nothing is gone already. */
function* removable(
  { removed }: Admitted,
  table: readonly TableEntry[],
  standing: ReadonlyMap<string, Standing>,
): InPieces<{ readonly paths: readonly string[]; readonly failures: readonly Failure[] }> {
  const blockerOf = openBlockers(table, standing);
  const paths: string[] = [];
  const failures: Failure[] = [];
  yield* eachPiece(removed, (path) => {
    const blocker = blockerOf(splitPath(path)[0]);
    if (blocker === undefined) paths.push(path);
    else if (blocker === 'symlink') failures.push(failure(path, 'ELOOP'));
    else if (blocker === 'unreadable') failures.push(failure(path, 'EACCES'));
  });
  return { paths, failures };
}

/** First what is in the way of what comes, then, when all that comes is in place, the rest. */
function* orderRemovals(
  paths: readonly string[],
  { goneDirectories }: Admitted,
  puts: readonly Put[],
  reach: Reach,
  stays: ReadonlySet<string>,
  table: readonly TableEntry[],
): InPieces<Pick<Journal, 'first' | 'last'>> {
  const putPaths = new Set<string>();
  yield* eachPiece(puts, ({ path }) => void putPaths.add(path));
  const [first, last]: [string[], string[]] = [[], []];
  yield* eachPiece(paths, (path) => {
    (reach.makeLater.has(path) || underAny(path, putPaths) ? first : last).push(path);
  });
  const makesRoom = (directory: string): boolean => putPaths.has(directory) || underAny(directory, putPaths);
  const firstDirectories = [...goneDirectories].filter(makesRoom);
  const lastDirectories = [...goneDirectories].filter((directory) => !makesRoom(directory));
  const emptied = emptiedAbove([...first, ...firstDirectories], new Set(firstDirectories), putPaths);
  return {
    first: { files: first, directories: deepestFirst(firstDirectories), parents: deepestFirst(emptied) },
    last: {
      files: last,
      directories: deepestFirst(lastDirectories),
      parents: deepestFirst(parentsEmptied(lastDirectories, stays, table)),
    },
  };
}

/** Directories between what is removed and the file that takes their common ancestor's place. */
function emptiedAbove(gone: readonly string[], known: ReadonlySet<string>, puts: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const path of gone) {
    for (let at = splitPath(path)[0]; at !== ''; at = splitPath(at)[0]) {
      if (puts.has(at) || underAny(at, puts)) found.add(at);
    }
  }
  return [...found].filter((path) => !known.has(path));
}

/** Directories that are to stay: they are made or were asked for, or something in them comes or goes without them. */
function* staying({ changes }: Replication, asked: ReadonlySet<string>): InPieces<ReadonlySet<string>> {
  const stays = new Set([...changes.makeDirectories, ...asked]);
  yield* eachPiece(changes.put, ({ path }) => void stays.add(splitPath(path)[0]));
  yield* eachPiece(changes.remove, (path) => void stays.add(splitPath(path)[0]));
  return stays;
}

/** A directory that held only a removed directory is empty too. */
function parentsEmptied(
  removed: readonly string[],
  stays: ReadonlySet<string>,
  table: readonly TableEntry[],
): string[] {
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
