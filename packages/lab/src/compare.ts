/** One file as it lies on a disk. */
export interface SeenFile {
  /** SHA-256 of its bytes: not the digest that the cluster itself compares by. */
  readonly digest: string;
  /** Permission bits. */
  readonly mode: number;
}

/** The synchronised files of one node by path relative to R. */
export type SeenTree = ReadonlyMap<string, SeenFile>;

/** What differs on a worker, worded for people; empty when it equals the master. `modeOf`: what the table says. */
export function differences(master: SeenTree, worker: SeenTree, modeOf: (path: string) => number): readonly string[] {
  const found: string[] = [];
  for (const [path, { digest }] of master) {
    const copy = worker.get(path);
    if (copy === undefined) found.push(`${path} is missing`);
    else if (copy.digest !== digest) found.push(`${path} has other bytes`);
    else if (copy.mode !== modeOf(path)) found.push(`${path} has mode ${octal(copy.mode)}, not ${octal(modeOf(path))}`);
  }
  for (const path of worker.keys()) if (!master.has(path)) found.push(`${path} is not on the master`);
  return found.sort();
}

/** The first few of `found`, and how many more there are. */
export const summarised = (found: readonly string[], shown = 3): string =>
  found.slice(0, shown).join(', ') + (found.length > shown ? `, and ${found.length - shown} more` : '');

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

/** A row of the table of synchronised directories, as `packages/config` has it. */
export interface TableRow {
  readonly directory: string;
  readonly mode: number;
  readonly files: 'all' | readonly string[];
  readonly recursive: boolean;
}

/** The row that `path` belongs to: the deepest directory above it. Undefined: it is not synchronised. */
export function rowOf(table: readonly TableRow[], path: string): TableRow | undefined {
  const above = (row: TableRow): boolean => path.startsWith(`${row.directory}/`);
  const row = table.filter(above).sort((a, b) => b.directory.length - a.directory.length)[0];
  if (row === undefined) return undefined;
  const rest = path.slice(row.directory.length + 1);
  const name = rest.slice(rest.lastIndexOf('/') + 1);
  if (!row.recursive && rest !== name) return undefined;
  return row.files === 'all' || row.files.includes(name) ? row : undefined;
}
