import type { DirectoryNode } from '@muster/protocol';
import type { Problem } from './results.ts';
import type { TableEntry } from './selection.ts';

/** BLAKE2b-512, raw. */
export const digestBytes = 64;

/** What is known of the content behind one name. */
export const trust = {
  /** Not selected, or not read. */
  none: 0,
  /** Same stat, same content. */
  sure: 1,
  /** Read when it was so fresh that a later write may bear the same times: read again next time. */
  fresh: 2,
} as const;

/** What the last scan learned of one directory: enough to tell by one comparison of memory that nothing changed. */
export interface Known {
  readonly directory: string;
  readonly entry: TableEntry;
  /** Sorted; parallel to the rows of `packed`, `trusts` and `digests`. */
  readonly names: readonly string[];
  readonly notUtf8: readonly string[];
  readonly packed: BigInt64Array;
  readonly trusts: Uint8Array;
  /** `digestBytes` a name. */
  readonly digests: Uint8Array;
  /** `undefined`: the tree does not hold this directory. */
  readonly node: DirectoryNode | undefined;
  readonly problems: readonly Problem[];
  readonly modeDrift: readonly string[];
  readonly leftovers: readonly string[];
  /** Directories below, by name, that belong to the same entry. */
  readonly subdirectories: readonly string[];
  /** Content behind symlinks: stat of the target, packed. */
  readonly targets: ReadonlyMap<string, BigInt64Array>;
  /** Somebody asked for this directory: it counts without files too, whatever else lies in it. */
  readonly asked: boolean;
  /** An equal listing means an equal outcome. Otherwise every scan looks again. */
  readonly settled: boolean;
}

/** What is known of a directory that could not be listed, or was never seen. */
export const unknown = (directory: string, entry: TableEntry): Known => ({
  directory,
  entry,
  names: [],
  notUtf8: [],
  packed: new BigInt64Array(0),
  trusts: new Uint8Array(0),
  digests: new Uint8Array(0),
  node: undefined,
  problems: [],
  modeDrift: [],
  leftovers: [],
  subdirectories: [],
  targets: new Map(),
  asked: false,
  settled: false,
});
