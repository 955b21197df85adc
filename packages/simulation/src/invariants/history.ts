/** What the master ever had at each synchronised path, and when nothing was there. */
import { synchronisedDirectories } from '@muster/config';
import type { Author, FileChange } from '../happenings.ts';
import type { SimNode } from '../world/world.ts';
import type { Content } from './contents.ts';
import type { PathChange } from './mirror.ts';
import { rowOf } from './rows.ts';
import { selectedBy } from './selection.ts';

/** From `at` until the next version. */
interface Version {
  content: Content | undefined;
  readonly at: number;
  /** Nothing is there, for the whole directory of the table is not there: its file system may not be mounted. */
  hidden: boolean;
}

export interface MasterHistory {
  take(change: PathChange): void;
  /** A directory of the table may have come or gone. */
  directory(change: FileChange): void;
  /** A process that starts knows only what it finds. */
  started(): void;
  /** It has a generation: it knows what was there. */
  announced(): void;
  /** Whether the path ever held this content; always, where something else than a file may have been. */
  had(path: string, digest: string): boolean;
  /** Since when no file is below this directory of the table; undefined: one is. */
  emptySince(directory: string): number | undefined;
  /** When the path first held this content; undefined: never. */
  firstAt(path: string, digest: string): number | undefined;
  /** Whether the path held this (undefined: nothing) at some moment from `from` to `to`. */
  hadWithin(path: string, digest: string | undefined, from: number, to: number): boolean;
  /** Whether `holds` was true of the path at some moment after `after`, up to `before`: nothing counts as undefined, what is hidden not at all. */
  was(path: string, holds: (content: Content | undefined) => boolean, after: number, before: number): boolean;
}

export function openHistory(master: SimNode, now: () => number): MasterHistory {
  const paths = new Map<string, Version[]>();
  const digests = new Map<string, Map<string, number>>();
  const odd = new Set<string>();
  const above = new Set(tableDirectories.flatMap((directory) => pathsTo(master.root, directory)));
  const isThere = (directory: string): boolean => master.files.exists(`${master.root}/${directory}`);

  let isKnown = false;
  /** Directories of the table of which only the empty mount point is there. */
  const bare = new Set<string>();
  const isHidden = (directory: string, by: Author): boolean => {
    if (by === 'fault' && isKnown) bare.add(directory);
    return bare.has(directory) || !isThere(directory);
  };

  const take = ({ path, after }: PathChange): void => {
    if (after.odd) odd.add(path);
    const within = selectedBy(path)?.directory;
    // The mount point is no longer empty, or no longer bare.
    if (within !== undefined && (after.by !== 'fault' || after.content !== undefined) && bare.delete(within))
      show(within);
    const versions = paths.get(path) ?? [];
    paths.set(path, versions);
    const hidden = after.content === undefined && within !== undefined && isHidden(within, after.by);
    versions.push({ content: after.content, at: after.at, hidden });
    if (after.content === undefined) return;
    const known = rowOf(digests, path, () => new Map<string, number>());
    if (!known.has(after.content.digest)) known.set(after.content.digest, after.at);
  };
  const eachIn = (directory: string, visit: (versions: Version[]) => void): void => {
    for (const [path, versions] of paths) if (selectedBy(path)?.directory === directory) visit(versions);
  };
  /** What went in the same moment as its directory was never seen to be absent. */
  const hide = (directory: string): void =>
    eachIn(directory, (versions) => {
      const last = versions.at(-1)!;
      if (last.content === undefined && last.at === now()) last.hidden = true;
    });
  const show = (directory: string): void =>
    eachIn(directory, (versions) => {
      if (versions.at(-1)!.hidden) versions.push({ content: undefined, at: now(), hidden: false });
    });

  const had = (path: string, digest: string): boolean => odd.has(path) || digests.get(path)?.has(digest) === true;
  const was: MasterHistory['was'] = (path, holds, after, before) => {
    if (odd.has(path)) return true;
    const versions = paths.get(path);
    if (versions === undefined) return holds(undefined);
    let until = Number.POSITIVE_INFINITY;
    for (let at = versions.length - 1; at >= 0; at--) {
      const version = versions[at]!;
      if (until <= after) return false;
      if (version.at <= before && !version.hidden && holds(version.content)) return true;
      until = version.at;
    }
    // Before the beginning there was no time.
    return until > Math.max(after, 0) && holds(undefined);
  };
  return {
    take,
    directory: ({ kind, path, from, by }) => {
      if (!above.has(path) && (from === undefined || !above.has(from))) return;
      for (const directory of tableDirectories) {
        const absolute = `${master.root}/${directory}`;
        const touched = (at: string | undefined): boolean =>
          at !== undefined && (at === absolute || absolute.startsWith(`${at}/`));
        if (!touched(path) && !touched(from)) continue;
        // The bare mount point that a fault leaves says nothing of the files; a directory that was moved back does.
        if (!isThere(directory)) hide(directory);
        else if (kind === 'moved' || (kind === 'made' && by === 'operator')) {
          bare.delete(directory);
          show(directory);
        }
      }
    },
    started: () => {
      isKnown = false;
      for (const directory of tableDirectories) if (!isThere(directory) || bare.delete(directory)) show(directory);
    },
    announced: () => {
      isKnown = true;
    },
    had,
    emptySince: (directory) => {
      let since = 0;
      let isEmpty = true;
      eachIn(directory, (versions) => {
        const last = versions.at(-1)!;
        if (last.content === undefined && !last.hidden) since = Math.max(since, last.at);
        else isEmpty = false;
      });
      return isEmpty ? since : undefined;
    },
    firstAt: (path, digest) => digests.get(path)?.get(digest),
    hadWithin: (path, digest, from, to) => was(path, (content) => content?.digest === digest, from, to),
    was,
  };
}

const tableDirectories = synchronisedDirectories.map(({ directory }) => directory);

/** Absolute: `directory` and every directory above it. */
function pathsTo(root: string, directory: string): readonly string[] {
  const parts = `${root}/${directory}`.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/')).filter((path) => path !== '');
}
