/** What integrity needs of the disk, in the shape that `packages/tree` gives it. */
import type { FileTree } from '@muster/protocol';

/** Something in the tree that cannot be synchronised, shown until it is mended. */
export interface Problem {
  readonly path: string;
  /** `held`: left out, and named in the tree's held paths. `blocking`: the whole tree is not to be published. */
  readonly effect: 'held' | 'blocking';
  readonly code: string;
  /** Plain words: what is wrong and what mends it. */
  readonly text: string;
}

/** What a scan found. `problems` and `directories` are those of the whole tree, also after a scan of a part. */
export interface ScanResult {
  readonly tree: FileTree;
  readonly problems: readonly Problem[];
  readonly modeDrift: readonly string[];
  readonly leftovers: readonly string[];
  readonly directories: readonly string[];
  readonly hashed: number;
  readonly reused: number;
}

/** What is to be scanned: everything, or these directories (relative to R) with what is new below them. */
export type Extent = 'all' | ReadonlySet<string>;

export function widen(extent: Extent | undefined, more: Iterable<string> | 'all'): Extent {
  if (more === 'all' || extent === 'all') return 'all';
  return new Set([...(extent ?? []), ...more]);
}
