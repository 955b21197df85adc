/** What a replicator tells a scanner. */
import type { FileStat } from './disk.ts';

/** A file that was just written: its content is known, so the next scan need not read it. */
export interface LearnedFile {
  /** Relative to R. */
  readonly path: string;
  readonly digest: string;
  readonly stat: FileStat;
}

/** What a plan said of directories, relative to R. */
export interface LearnedDirectories {
  /** Meant to be there: each counts as a directory of the tree, even when all that lies in it is not synchronised. */
  readonly wanted: readonly string[];
  /** No longer: it counts again only when truly empty. */
  readonly unwanted: readonly string[];
}

/** The directories asked for, when a plan has said so much more. */
export const askedAfter = (
  asked: ReadonlySet<string>,
  { wanted, unwanted }: LearnedDirectories,
): ReadonlySet<string> => {
  if (wanted.length + unwanted.length === 0) return asked;
  const next = new Set([...asked, ...wanted]);
  for (const directory of unwanted) next.delete(directory);
  return next;
};
