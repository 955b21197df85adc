/** What a replication teaches the scanner. */
import type { FileEntry, TreeChanges } from '@muster/protocol';
import type { Applied } from './apply.ts';
import type { LearnedDirectories, LearnedFile } from './learned.ts';
import { eachPiece, type InPieces } from './pieces.ts';
import type { Work } from './plan.ts';
import type { Site } from './site.ts';
import type { Stage } from './staging.ts';

/**
 * A file whose last write is so much older than its rename cannot have been written again unseen: such
 * a write would change its mtime. Nanoseconds; two ticks of the coarsest kernel clock.
 */
const settledNs = 20_000_000n;

/** Only files of which it is sure that nobody wrote to them since. */
export function* learnFiles(work: Work, { good }: Stage, { renamed }: Applied): InPieces<LearnedFile[]> {
  const entries = new Map<string, FileEntry>();
  if (renamed.length > 0) yield* eachPiece(work.puts, ({ path, entry }) => void entries.set(path, entry));
  const learned: LearnedFile[] = [];
  yield* eachPiece(renamed, ({ path, stat }) => {
    const staged = good.get(path);
    const sure =
      stat !== undefined &&
      staged !== undefined &&
      stat.mtimeNs === staged.mtimeNs &&
      stat.ctimeNs - stat.mtimeNs >= settledNs;
    if (sure) learned.push({ path, stat, digest: entries.get(path)!.digest });
  });
  return learned;
}

/** Directories that the plan asked for and that are there, and those it asked to go. */
export async function learnDirectories(
  { disk, root }: Site,
  { makeDirectories, removeDirectories }: TreeChanges,
): Promise<LearnedDirectories> {
  if (makeDirectories.length + removeDirectories.length === 0) return { wanted: [], unwanted: [] };
  const stats = await disk.stat(makeDirectories.map((path) => `${root}/${path}`));
  const stands = (index: number): boolean => {
    const stat = stats[index]!;
    return 'kind' in stat && stat.kind === 'directory';
  };
  return { wanted: makeDirectories.filter((_, index) => stands(index)), unwanted: removeDirectories };
}
