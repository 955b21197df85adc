/**
 * A file under its own name is always whole: what a worker's node puts there, and what a loss of power leaves of
 * it, the master had at that path at some moment, or it was there before.
 */
import type { FileChange } from '../happenings.ts';
import type { World } from '../world/world.ts';
import { seconds, short } from './contents.ts';
import type { MasterHistory } from './history.ts';
import type { PathChange } from './mirror.ts';
import { rowOf } from './rows.ts';

export interface WholeFiles {
  /** On a worker's disk. */
  changed(change: PathChange): void;
  /** Every change of a worker's disk, before what it is to the synchronised files. */
  file(change: FileChange): void;
}

/** Within this time a program's own write, not synced, may come back when power is lost: ms. */
const unsyncedMs = 120_000;

interface Past {
  readonly contents: Set<string>;
  /** When somebody beside the node last wrote it. */
  foreignAt: number;
}

export function openWholeFiles(world: World, history: MasterHistory): WholeFiles {
  const { timeline, violate } = world;
  const pasts = new Map<string, Map<string, Past>>();
  /** Files that a fault has damaged where they were staged: who trusts a disk that it has synced finds them whole no more. */
  const harmed = new Map<string, Set<string>>();
  const pastOf = (node: string, path: string): Past => {
    const paths = rowOf(pasts, node, () => new Map<string, Past>());
    return rowOf(paths, path, (): Past => ({ contents: new Set(), foreignAt: Number.NEGATIVE_INFINITY }));
  };
  const isTorn = ({ path, after, node, from }: PathChange, past: Past): boolean => {
    if (after.content === undefined || past.contents.has(after.content.digest)) return false;
    if (history.had(path, after.content.digest)) return false;
    if (after.by === 'node') return from === undefined || harmed.get(node.name)?.has(from) !== true;
    return after.by === 'power' && after.at - past.foreignAt > unsyncedMs;
  };
  return {
    changed: (change) => {
      const { node, path, before, after } = change;
      const past = pastOf(node.name, path);
      if (after.by === 'operator' || after.by === 'fault') past.foreignAt = after.at;
      if (isTorn(change, past)) {
        const whose = after.by === 'node' ? 'its node put it there' : 'a loss of power left it so';
        violate(
          'whole-files',
          `${path} on ${node.name} is ${short(after.content)} since ${seconds(timeline.now())}: ${whose}, and the master never had that there; before it was ${short(before?.content)}`,
        );
      }
      if (after.content !== undefined) past.contents.add(after.content.digest);
    },
    file: ({ node, by, kind, path }) => {
      if (by !== 'fault' || kind !== 'content' || !isStaged(path)) return;
      rowOf(harmed, node, () => new Set<string>()).add(path);
    },
  };
}

/** As the node names what it puts beside its targets. */
export const isStaged = (path: string): boolean => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.startsWith('.muster-') && name.endsWith('.tmp');
};
