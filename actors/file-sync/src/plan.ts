/** What a worker's disk lacks of a generation, and what of it is done now. Pure. */
import { diffTrees, type FileTree, isUnchanged, splitPath, type TreeChanges } from '@muster/protocol';
import type { Problem, Replication } from './shapes.ts';

/** This node's own files, as the last scan found them. */
export interface LocalTree {
  readonly tree: FileTree;
  readonly modeDrift: readonly string[];
  readonly leftovers: readonly string[];
  readonly problems: readonly Problem[];
}

/** Everything that makes the generation `target` of `local`. */
export function replicationTo(target: FileTree, local: LocalTree): Replication {
  const changes = diffTrees(local.tree, target);
  const gone = new Set(changes.remove);
  const modeDrift = local.modeDrift.filter((path) => !gone.has(path) && !target.held.has(path));
  return { changes, modeDrift, leftovers: local.leftovers };
}

export const isDone = ({ changes, modeDrift, leftovers }: Replication): boolean =>
  isUnchanged(changes) && modeDrift.length === 0 && leftovers.length === 0;

/** `plan` without the paths that are set aside, nor a directory of which every file is: it comes with its files. */
export function without(plan: Replication, aside: (path: string) => boolean): Replication {
  const keep = (path: string): boolean => !aside(path);
  const { put, remove, makeDirectories, removeDirectories } = plan.changes;
  const kept = put.filter(({ path }) => keep(path));
  const awaiting = parentsOf(put);
  const filled = parentsOf(kept);
  return {
    changes: {
      put: kept,
      remove: remove.filter(keep),
      makeDirectories: makeDirectories.filter((path) => keep(path) && (filled.has(path) || !awaiting.has(path))),
      removeDirectories: removeDirectories.filter(keep),
    },
    modeDrift: plan.modeDrift.filter(keep),
    leftovers: plan.leftovers.filter(keep),
  };
}

const parentsOf = (put: TreeChanges['put']): ReadonlySet<string> => new Set(put.map(({ path }) => splitPath(path)[0]));

/** Every path of the plan with what it is to become: two equal wishes for one path are the same repair. */
export function* wishesOf(plan: Replication): Generator<readonly [path: string, wish: string]> {
  for (const { path, entry } of plan.changes.put) yield [path, entry.digest];
  for (const path of plan.changes.remove) yield [path, 'removed'];
  for (const path of plan.changes.makeDirectories) yield [path, 'made'];
  for (const path of plan.changes.removeDirectories) yield [path, 'removed'];
  for (const path of plan.modeDrift) yield [path, 'mode'];
  for (const path of plan.leftovers) yield [path, 'cleared'];
}

/** The directories to scan after the plan was carried out, wholly or in part; sorted. Parents see what came and went. */
export function touchedDirectories(plan: Replication, local: FileTree): readonly string[] {
  const touched = new Set<string>();
  const { makeDirectories, removeDirectories } = plan.changes;
  for (const [path] of wishesOf(plan)) touched.add(splitPath(path)[0]);
  for (const directory of [...makeDirectories, ...removeDirectories]) touched.add(directory);
  for (const path of plan.modeDrift) if (local.directories.has(path)) touched.add(path);
  return [...touched].sort();
}

export interface PlanSize {
  readonly puts: number;
  readonly removes: number;
  readonly modes: number;
  readonly bytes: number;
}

export const sizeOf = ({ changes, modeDrift }: Replication): PlanSize => ({
  puts: changes.put.length + changes.makeDirectories.length,
  removes: changes.remove.length + changes.removeDirectories.length,
  modes: modeDrift.length,
  bytes: bytesOf(changes),
});

const bytesOf = ({ put }: TreeChanges): number => put.reduce((sum, { entry }) => sum + entry.size, 0);
