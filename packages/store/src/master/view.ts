/** What is kept of all rows so that no question reads them all: digests and counts by node, what is unpublished, who is due. */
import {
  type AgentStatus,
  agentStatuses,
  type DigestSum,
  emptySum,
  type IdRange,
  openRangeDigest,
  type RangeDigest,
} from '@muster/protocol';
import { blockOf, type Cell, isThere } from '../rows/layout.ts';
import { type Oldest, openOldest } from './oldest.ts';
import { isUnpublished, nodeOf, revisionOf, seenOf, statusOf } from './row.ts';

export interface MasterView {
  readonly change: (id: number, before: Cell, after: Cell) => void;
  digest(node: number): DigestSum;
  digestOf(node: number, range: IdRange): DigestSum;
  readonly counts: () => ReadonlyMap<number, Readonly<Record<AgentStatus, number>>>;
  /** Blocks with rows that are not published, those that have been so longest first. */
  readonly unpublished: () => Iterable<number>;
  readonly oldest: Oldest;
  /** The latest `seenMs` there ever was; 0: none. */
  readonly newestMs: () => number;
}

type Counts = Record<AgentStatus, number>;
const noCounts = (): Counts => Object.fromEntries(agentStatuses.map((status) => [status, 0])) as Counts;

/** Whether silence can make it disconnected. */
export const canBeSilent = (cell: Cell): boolean => {
  const status = statusOf(cell);
  return status === 'active' || status === 'pending';
};

export function openMasterView(): MasterView {
  const digests = new Map<number, RangeDigest>();
  const counts = new Map<number, Counts>();
  const unpublished = new Map<number, number>();
  const oldest = openOldest();
  let newestMs = 0;
  const count = (cell: Cell, by: 1 | -1): void => {
    const node = nodeOf(cell);
    const known = counts.get(node) ?? noCounts();
    counts.set(node, known);
    known[statusOf(cell)] += by;
  };
  const sum = (id: number, node: number, before: number | undefined, after: number | undefined): void => {
    if (node === 0) return;
    const digest = digests.get(node) ?? openRangeDigest();
    digests.set(node, digest);
    digest.change(id, before, after);
  };
  const queue = (id: number, by: number): void => {
    if (by === 0) return;
    const block = blockOf(id);
    const left = (unpublished.get(block) ?? 0) + by;
    if (left === 0) unpublished.delete(block);
    else unpublished.set(block, left);
  };
  return {
    change: (id, before, after) => {
      const [was, is] = [isThere(before), isThere(after)];
      if (was) count(before, -1);
      if (is) count(after, 1);
      const [from, to] = [was ? nodeOf(before) : 0, is ? nodeOf(after) : 0];
      if (from === to) sum(id, to, was ? revisionOf(before) : undefined, is ? revisionOf(after) : undefined);
      else {
        if (was) sum(id, from, revisionOf(before), undefined);
        if (is) sum(id, to, undefined, revisionOf(after));
      }
      queue(id, Number(is && isUnpublished(after)) - Number(was && isUnpublished(before)));
      if (is) newestMs = Math.max(newestMs, seenOf(after));
      if (is && canBeSilent(after)) oldest.lower(blockOf(id), seenOf(after));
    },
    digest: (node) => digests.get(node)?.sum() ?? emptySum,
    digestOf: (node, range) => digests.get(node)?.sumOf(range) ?? emptySum,
    counts: () => counts,
    unpublished: () => unpublished.keys(),
    oldest,
    newestMs: () => newestMs,
  };
}
