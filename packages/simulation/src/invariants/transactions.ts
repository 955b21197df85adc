/** The transactions of a worker, seen from outside: from the journal in its place to its removal. */
import type { FileChange } from '../happenings.ts';
import type { SimNode } from '../world/world.ts';

/** Where a node keeps what is its own, below R. */
export const statePath = 'queue/cluster/muster';
export const journalOf = ({ root }: Pick<SimNode, 'root'>): string => `${root}/${statePath}/journal`;

/** One transaction. */
export interface Transaction {
  readonly at: number;
  /** Files of each directory of the table when the journal came. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The journal is not as the node wrote it: what is done by it is not the node's fault. */
  readonly harmed: boolean;
}

export type Begins = 'begins' | 'ends' | undefined;

/** What a change of a worker's disk is to its transactions. */
export function journalChange(change: FileChange, journal: string): Begins {
  const { kind, path, from } = change;
  if (path === journal) return kind === 'removed' ? 'ends' : kind === 'meta' ? undefined : 'begins';
  return from === journal ? 'ends' : undefined;
}
