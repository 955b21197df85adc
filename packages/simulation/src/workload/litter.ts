/**
 * What Muster leaves alone by design: links, names and sizes that it does not take. It is neither sent nor
 * deleted, so it is taken away before two trees are compared; names that are never synchronised only where they stand
 * in the way of what is.
 */
import { defaultExclusions, isExcluded, isSafePath } from '@muster/tree';
import type { FileChange } from '../happenings.ts';
import { workedDirectories } from '../plan/workload-deeds.ts';
import type { SimNode, World } from '../world/world.ts';
import { filesIn, folderOf, keysPath, nameOf } from './paths.ts';

export interface Litter {
  /** `path`: relative to R. It is found again where it, or what it lies in, is moved to. */
  add(node: SimNode, path: string): void;
  /** Takes all of it away, and every file with such a name or size besides. */
  clear(): void;
}

export function openLitter(world: World): Litter {
  /** Absolute, by node. */
  const known = new Map<string, Set<string>>();
  world.hear.file((change) => {
    const paths = known.get(change.node);
    if (paths !== undefined && change.kind === 'moved') follow(paths, change);
  });
  return {
    add: (node, path) => {
      const paths = known.get(node.name) ?? new Set();
      known.set(node.name, paths.add(`${node.root}/${path}`));
    },
    clear: () => {
      for (const node of world.nodes) {
        for (const path of [...(known.get(node.name) ?? [])].sort()) node.files.remove(path, 'operator');
        for (const path of notTaken(node)) node.files.remove(`${node.root}/${path}`, 'operator');
      }
      for (const worker of world.workers)
        for (const path of inTheWay(world.master, worker)) worker.files.remove(`${worker.root}/${path}`, 'operator');
      known.clear();
    },
  };
}

function follow(paths: Set<string>, { from = '', path: to }: FileChange): void {
  for (const path of [...paths])
    if (path === from || path.startsWith(`${from}/`)) {
      paths.delete(path);
      paths.add(to + path.slice(from.length));
    }
}

/** Files that are there already when the limit is as it was read at the last start. */
function notTaken(node: SimNode): readonly string[] {
  const limit = node.config()?.muster.integrity.maxFileSizeBytes ?? Number.POSITIVE_INFINITY;
  return [keysPath, ...workedDirectories.flatMap((directory) => filesIn(node, directory))].filter(
    (path) => !isTaken(path) || (node.files.read(`${node.root}/${path}`)?.length ?? 0) > limit,
  );
}

/**
 * Files whose names are never synchronised, below a directory of the worker where the master has a file by now:
 * Muster deletes none of them, and says what is to be moved.
 */
function inTheWay(master: SimNode, worker: SimNode): readonly string[] {
  const wanted = new Set(workedDirectories.flatMap((directory) => filesIn(master, directory)));
  const isBelowFile = (path: string): boolean => {
    for (let at = folderOf(path); at.includes('/'); at = folderOf(at)) if (wanted.has(at)) return true;
    return false;
  };
  return workedDirectories
    .flatMap((directory) => filesIn(worker, directory))
    .filter((path) => isExcluded(nameOf(path), defaultExclusions) && isBelowFile(path));
}

/** A lone half of a surrogate pair stands for a byte that is no UTF-8. */
const isTaken = (path: string): boolean => isSafePath(path) && !/\p{Surrogate}/u.test(path);
