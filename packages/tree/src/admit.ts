/** What of a plan this node accepts: nothing is ever written or removed that its own table does not select. Pure. */
import { type FileEntry, splitPath } from '@muster/protocol';
import { type Failure, failure } from './failure.ts';
import { memo } from './paths.ts';
import { eachPiece, type InPieces } from './pieces.ts';
import type { Replication } from './results.ts';
import {
  type Exclusions,
  entryOf,
  isSafeName,
  isSafePath,
  isShortPath,
  selects,
  type TableEntry,
} from './selection.ts';

export interface Admitted {
  readonly puts: readonly { readonly path: string; readonly entry: FileEntry }[];
  readonly removed: ReadonlySet<string>;
  readonly makeDirectories: readonly string[];
  readonly goneDirectories: ReadonlySet<string>;
  readonly failures: readonly Failure[];
}

export function* admit(
  { changes }: Replication,
  table: readonly TableEntry[],
  exclusions: Exclusions,
): InPieces<Admitted> {
  const failures: Failure[] = [];
  const selectsFile = selecting(table, exclusions);
  const puts: { readonly path: string; readonly entry: FileEntry }[] = [];
  const removed = new Set<string>();
  const refused = (path: string): void => void failures.push(failure(path, 'OUTSIDE'));
  yield* eachPiece(changes.put, (put) => {
    if (selectsFile(put.path)) puts.push(put);
    else refused(put.path);
  });
  yield* eachPiece(changes.remove, (path) => {
    if (selectsFile(path)) removed.add(path);
    else refused(path);
  });
  const own = (path: string): boolean => entryOf(table, path)?.directory === path;
  const allowed = (path: string): boolean => {
    const fine = isSafePath(path) && entryOf(table, path) !== undefined;
    if (!fine) refused(path);
    return fine;
  };
  // Where files are named, a directory comes with its file: a scan does not count one without.
  const counts = (path: string): boolean => entryOf(table, path)?.files === 'all';
  const makeDirectories = changes.makeDirectories.filter((path) => own(path) || (allowed(path) && counts(path)));
  const goneDirectories = new Set(changes.removeDirectories.filter((path) => !own(path) && allowed(path)));
  return { puts, removed, makeDirectories, goneDirectories, failures };
}

/** A path that the table would not select is refused, whoever asks. Each directory is judged once: a plan names it for each of its files. */
function selecting(table: readonly TableEntry[], exclusions: Exclusions): (path: string) => boolean {
  const entryAt = memo((directory) => (isSafePath(directory) ? entryOf(table, directory) : undefined));
  return (path) => {
    const [directory, name] = splitPath(path);
    const entry = entryAt(directory);
    return entry !== undefined && isSafeName(name) && isShortPath(path) && selects(entry, name, exclusions);
  };
}
