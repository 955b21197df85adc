/** What of a plan this node accepts: nothing is ever written or removed that its own table does not select. Pure. */
import { type FileEntry, splitPath } from '@muster/protocol';
import { type Failure, failure } from './failure.ts';
import { eachPiece, type InPieces } from './pieces.ts';
import type { Replication } from './results.ts';
import { type Exclusions, entryOf, isSafePath, selects, type TableEntry } from './selection.ts';

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
  const puts: { readonly path: string; readonly entry: FileEntry }[] = [];
  const removed = new Set<string>();
  const refused = (path: string): void => void failures.push(failure(path, 'OUTSIDE'));
  yield* eachPiece(changes.put, (put) => {
    if (selectsFile(put.path, table, exclusions)) puts.push(put);
    else refused(put.path);
  });
  yield* eachPiece(changes.remove, (path) => {
    if (selectsFile(path, table, exclusions)) removed.add(path);
    else refused(path);
  });
  const own = (path: string): boolean => entryOf(table, path)?.directory === path;
  const allowed = (path: string): boolean => {
    const fine = isSafePath(path) && entryOf(table, path)?.files === 'all';
    if (!fine) refused(path);
    return fine;
  };
  const makeDirectories = changes.makeDirectories.filter((path) => own(path) || allowed(path));
  const goneDirectories = new Set(changes.removeDirectories.filter((path) => !own(path) && allowed(path)));
  return { puts, removed, makeDirectories, goneDirectories, failures };
}

function selectsFile(path: string, table: readonly TableEntry[], exclusions: Exclusions): boolean {
  const [directory, name] = splitPath(path);
  const entry = entryOf(table, directory);
  return entry !== undefined && isSafePath(path) && selects(entry, name, exclusions);
}
