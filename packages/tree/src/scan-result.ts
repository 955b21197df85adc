import { type DirectoryNode, emptyTree, type FileTree, fileTree } from '@muster/protocol';
import type { Known } from './known.ts';
import { tooManyFiles } from './problems.ts';
import type { Problem, ScanResult } from './results.ts';
import type { TableEntry } from './selection.ts';

/** The whole of what is known, as the contract has it. Costs the number of directories. */
export function resultOf(
  known: ReadonlyMap<string, Known>,
  last: ScanResult | undefined,
  { table, limits }: { readonly table: readonly TableEntry[]; readonly limits: { readonly maxFiles: number } },
  hashed: number,
): ScanResult {
  const all = [...known.values()].sort((a, b) => (a.directory < b.directory ? -1 : 1));
  const nodes = new Map<string, DirectoryNode>();
  for (const { directory, node } of all) if (node !== undefined) nodes.set(directory, node);
  const problems: Problem[] = all.flatMap((one) => one.problems);
  const held = problems.filter(({ effect }) => effect === 'held').map(({ path }) => path);
  const tree = shareTree(nodes, held, last?.tree ?? emptyTree);
  if (tree.files > limits.maxFiles) problems.push(tooManyFiles(tree.files, limits.maxFiles));
  return {
    tree,
    problems,
    modeDrift: all.flatMap((one) => one.modeDrift),
    leftovers: all.flatMap((one) => one.leftovers),
    directories: watchedOf(all, table),
    hashed,
    reused: Math.max(0, tree.files - hashed),
  };
}

/** Every directory that was listed; for a table directory that is missing, the one in which it will appear. */
function watchedOf(all: readonly Known[], table: readonly TableEntry[]): string[] {
  const watched = new Set(all.map(({ directory }) => directory));
  for (const { directory } of table)
    if (!watched.has(directory)) watched.add(directory.slice(0, Math.max(directory.lastIndexOf('/'), 0)));
  return [...watched].filter((directory) => directory !== '').sort();
}

/** The tree before, when nothing changed: whoever compares can compare by identity. */
function shareTree(nodes: ReadonlyMap<string, DirectoryNode>, held: readonly string[], last: FileTree): FileTree {
  const same =
    nodes.size === last.directories.size &&
    [...nodes].every(([directory, node]) => last.directories.get(directory) === node) &&
    held.length === last.held.size &&
    held.every((path) => last.held.has(path));
  return same ? last : fileTree(nodes, held);
}
