/** How the directory of a file comes to be: it stands, it is made before staging, or after what is in its way has gone. Pure. */
import { splitPath } from '@muster/protocol';
import type { FileKind } from './disk.ts';
import { ancestors, memo } from './paths.ts';
import { entryOf, type TableEntry } from './selection.ts';

/** What stands at a directory's path. `entry` directories may be symlinks, for the administrator made them. */
export type Standing = FileKind | 'absent' | 'unreadable';

/** The directory in which files for it are staged; or why it cannot be made. */
export type Reached = { readonly at: string } | { readonly code: string };

export interface Reach {
  of(directory: string): Reached;
  /** Made before staging: nothing stands in their way. Filled as directories are asked about. */
  readonly makeNow: ReadonlySet<string>;
  /** Made once the files in their way have gone. */
  readonly makeLater: ReadonlySet<string>;
}

export function openReach(
  table: readonly TableEntry[],
  standing: ReadonlyMap<string, Standing>,
  removed: ReadonlySet<string>,
): Reach {
  const makeNow = new Set<string>();
  const makeLater = new Set<string>();
  const reach = (directory: string): Reached => {
    const entry = entryOf(table, directory)!;
    let blockedAt: string | undefined;
    for (const path of ancestors(directory, entry)) {
      const stands = standing.get(path) ?? 'absent';
      if (blockedAt !== undefined) makeLater.add(path);
      else if (isPlace(stands, path, entry)) continue;
      else if (stands === 'absent') makeNow.add(path);
      else if (stands === 'unreadable') return { code: 'EACCES' };
      else if (removed.has(path)) {
        blockedAt = splitPath(path)[0];
        makeLater.add(path);
      } else return { code: stands === 'symlink' ? 'ELOOP' : 'ENOTDIR' };
    }
    return { at: blockedAt ?? directory };
  };
  return { of: memo(reach), makeNow, makeLater };
}

const isPlace = (stands: Standing, path: string, entry: TableEntry): boolean =>
  stands === 'directory' || (stands === 'symlink' && path === entry.directory);

/** For a directory, the first at or above it that is not one; `undefined` when all are. */
export const openBlockers = (
  table: readonly TableEntry[],
  standing: ReadonlyMap<string, Standing>,
): ((directory: string) => Standing | undefined) =>
  memo((directory) => {
    const entry = entryOf(table, directory)!;
    const blocker = ancestors(directory, entry).find((at) => !isPlace(standing.get(at) ?? 'absent', at, entry));
    return blocker === undefined ? undefined : (standing.get(blocker) ?? 'absent');
  });
