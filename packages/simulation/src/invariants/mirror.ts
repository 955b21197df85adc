/** What of one disk is synchronised, kept up with each elementary change. */
import type { Author, FileChange } from '../happenings.ts';
import type { SimNode } from '../world/world.ts';
import { type Content, digestOf } from './contents.ts';
import { concerns, selectedBy } from './selection.ts';

/** One synchronised path, as it is and since when. */
export interface Place {
  /** Undefined: no regular file is there. */
  readonly content: Content | undefined;
  readonly at: number;
  /** Who made it so. */
  readonly by: Author;
  /** Whoever watches the directory was told of it, soon. */
  readonly hinted: boolean;
  /** A link, a directory or something else than a file may be there: it is not judged. */
  readonly odd: boolean;
}

/** What became of one synchronised path. */
export interface PathChange {
  readonly node: SimNode;
  /** Relative to R. */
  readonly path: string;
  readonly before: Place | undefined;
  readonly after: Place;
  /** Absolute: where it was, when it was moved here. */
  readonly from?: string | undefined;
}

export interface Mirror {
  readonly node: SimNode;
  at(path: string): Place | undefined;
  /** Every path that ever was. */
  readonly places: ReadonlyMap<string, Place>;
  /** Files below each directory of the table, by that directory. */
  readonly counts: ReadonlyMap<string, number>;
  take(change: FileChange): readonly PathChange[];
  /** Looks at the whole disk: after what may have changed it untold. */
  reread(by: Author): readonly PathChange[];
}

const isWithin = (name: string, path: string): boolean =>
  name.startsWith(path) && (name.length === path.length || name[path.length] === '/');

const none: readonly PathChange[] = [];

/** Hints that come late by less are soon enough, ms. */
const soonMs = 2_000;
const isHinted = ({ files: { faults } }: SimNode): boolean =>
  faults.hints.lost === 0 && faults.hints.maxLateMs <= soonMs && (faults.hints.queued ?? soonMs) >= soonMs;

export function openMirror(node: SimNode, now: () => number): Mirror {
  const { files, root } = node;
  const places = new Map<string, Place>();
  const counts = new Map<string, number>();
  /** Directories that came while hints were lost: nobody watches what happens in them, up to a full scan. */
  const unwatched = new Set<string>();
  const isWatched = (path: string): boolean => unwatched.size === 0 || ![...unwatched].some((at) => isWithin(path, at));
  const follow = ({ kind }: FileChange, to: string | undefined, from: string | undefined): void => {
    const left = kind === 'removed' ? to : from;
    if (left !== undefined && unwatched.size > 0)
      for (const at of [...unwatched]) if (isWithin(at, left)) unwatched.delete(at);
    const came = kind === 'made' || kind === 'moved';
    if (came && to !== undefined && concerns(to) && !isHinted(node)) unwatched.add(to);
  };

  const put = (path: string, content: Content | undefined, by: Author, odd: boolean, from?: string): PathChange => {
    const before = places.get(path);
    const after: Place = { content, at: now(), by, odd, hinted: by !== 'power' && isHinted(node) && isWatched(path) };
    places.set(path, after);
    const more = Number(content !== undefined) - Number(before?.content !== undefined);
    const entry = selectedBy(path);
    if (entry !== undefined) counts.set(entry.directory, (counts.get(entry.directory) ?? 0) + more);
    return { node, path, before, after, from };
  };
  const read = (path: string): Content | undefined => {
    const bytes = files.read(`${root}/${path}`);
    return bytes === undefined ? undefined : { digest: digestOf(bytes), size: bytes.length };
  };
  /** `away`: moved out of sight with the directory that it lies in; links may come back with that, and are not told then. */
  const gone = (path: string, by: Author, away = false): readonly PathChange[] => {
    const place = places.get(path);
    if (place?.content !== undefined) return [put(path, undefined, by, false)];
    if (!concerns(path)) return none;
    return [...places]
      .filter(([name, { content, odd }]) => (content !== undefined || odd) && isWithin(name, path))
      .map(([name, { odd }]) => put(name, undefined, by, away && odd));
  };
  const come = (path: string, by: Author, from: string): readonly PathChange[] => {
    const content = selectedBy(path) === undefined ? undefined : read(path);
    if (content !== undefined) return [put(path, content, by, false, from)];
    return concerns(path) ? below(path, by) : none;
  };
  /** A directory came: all that is in it. */
  const below = (path: string, by: Author): readonly PathChange[] =>
    files.filesBelow(`${root}/${path}`).flatMap(([absolute, bytes]) => {
      const name = absolute.slice(root.length + 1);
      if (selectedBy(name) === undefined) return [];
      const content = { digest: digestOf(bytes), size: bytes.length };
      return places.get(name)?.content?.digest === content.digest ? [] : [put(name, content, by, false)];
    });
  /** Links and directories that were moved with what they lie in. */
  const oddOf = (leaves: readonly PathChange[], left: string, to: string | undefined, by: Author): PathChange[] =>
    leaves.flatMap(({ path, before }) => {
      if (before?.odd !== true || to === undefined || path === left) return [];
      const at = to + path.slice(left.length);
      return selectedBy(at) === undefined ? [] : [put(at, undefined, by, true)];
    });
  const relative = (path: string): string | undefined =>
    path.startsWith(root) && path[root.length] === '/' ? path.slice(root.length + 1) : undefined;

  const take = (change: FileChange): readonly PathChange[] => {
    const { kind, path, from, by } = change;
    const to = relative(path);
    if (kind === 'meta' || (to === undefined && from === undefined)) return none;
    const left = from === undefined ? undefined : relative(from);
    follow(change, to, left);
    if (kind === 'moved') {
      const leaves = left === undefined ? none : gone(left, by, to === undefined || !concerns(to));
      const comes = to === undefined ? none : come(to, by, from ?? '');
      return leaves.length === 0 ? comes : [...leaves, ...comes, ...oddOf(leaves, left!, to, by)];
    }
    if (to === undefined) return none;
    if (kind === 'removed') return gone(to, by);
    if (selectedBy(to) === undefined) return none;
    if (kind === 'made') return [put(to, undefined, by, true)];
    return [put(to, read(to), by, false)];
  };

  const reread = (by: Author): readonly PathChange[] => {
    const changes: PathChange[] = [];
    const there = new Set<string>();
    unwatched.clear();
    for (const [absolute, bytes] of files.filesBelow(root)) {
      const path = absolute.slice(root.length + 1);
      if (selectedBy(path) === undefined) continue;
      there.add(path);
      const content = { digest: digestOf(bytes), size: bytes.length };
      if (places.get(path)?.content?.digest !== content.digest) changes.push(put(path, content, by, false));
    }
    for (const [path, place] of [...places])
      if (place.content !== undefined && !there.has(path)) changes.push(put(path, undefined, by, false));
    return changes;
  };

  return { node, at: (path) => places.get(path), places, counts, take, reread };
}
