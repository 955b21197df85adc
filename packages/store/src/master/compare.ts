/** What a node believes that is held from it, against what is. */
import type { IdRange, MergeOutcome } from '@muster/protocol';
import type { Draft } from '../rows/draft.ts';
import { blockOf, type Cell, firstIdOf } from '../rows/layout.ts';
import { change, idsIn, type Parts } from './parts.ts';
import { nodeOf, revisionOf, setNode } from './row.ts';

/**
 * Of `ids`, in the transaction of `draft`. What is held otherwise than the node believes is taken from its name, so that
 * what it sends again is taken whatever its revision: a node that lost its store counts anew. What it does not list is
 * wanted too: it may only have forgotten that it is held. So is what another node has: a store that was lost, or is one
 * of the past, was told the older by that one first. Times decide once it is sent.
 */
function compareRows(
  draft: Draft,
  node: number,
  ids: readonly number[],
  held: ReadonlyMap<number, number>,
  outcome: { readonly wanted: number[] },
): void {
  for (const id of ids) {
    const cell = draft.find(id);
    const [has, revision] = [cell === undefined ? 0 : nodeOf(cell), held.get(id)];
    const asBelieved = has === node ? revision !== undefined && revisionOf(cell!) === revision : revision === undefined;
    if (asBelieved) continue;
    outcome.wanted.push(id);
    if (has !== node) continue;
    setNode(cell!, 0);
    draft.changed(id);
  }
}

/** `MasterAgents.compare`. Some thousand agents a transaction. */
export async function compare(
  parts: Parts,
  node: string,
  range: IdRange,
  held: ReadonlyMap<number, number>,
): Promise<MergeOutcome> {
  const outcome = { lost: [], wanted: [] as number[], unknown: [] };
  for (const ids of spans(parts, node, range, [...held.keys()]))
    await change(parts, (draft, _open, numberOf) => compareRows(draft, numberOf(node), ids, held, outcome));
  return outcome;
}

/** Ids that lie within one of these are compared in one transaction. */
const SPAN_BLOCKS = 64;
const spanOf = (id: number): number => Math.floor(blockOf(id) / SPAN_BLOCKS);

/** Whom `node` has in `range`, and `more`, by id, some thousand at a time. Where it has nobody nothing is looked at. */
function* spans(
  parts: Parts,
  node: string,
  { from, to }: IdRange,
  more: readonly number[],
): Iterable<readonly number[]> {
  const { rows, names, view } = parts;
  const numbers = new Set(more.map(spanOf));
  for (const block of rows.blocksFrom(blockOf(from))) {
    if (block > blockOf(to)) break;
    numbers.add(Math.floor(block / SPAN_BLOCKS));
  }
  const listed = new Map<number, number[]>();
  for (const id of more) listed.set(spanOf(id), [...(listed.get(spanOf(id)) ?? []), id]);
  const number = names.numberOf(node) ?? -1;
  const isOurs = (cell: Cell, id: number): boolean => id >= from && id <= to && nodeOf(cell) === number;
  for (const span of [...numbers].sort((one, other) => one - other)) {
    const first = span * SPAN_BLOCKS;
    const ids = new Set(listed.get(span));
    if (view.digestOf(number, { from: firstIdOf(first), to: firstIdOf(first + SPAN_BLOCKS) - 1 })[0] > 0)
      for (let i = 0; i < SPAN_BLOCKS; i++) for (const id of idsIn(rows, first + i, isOurs)) ids.add(id);
    if (ids.size > 0) yield [...ids].sort((one, other) => one - other);
  }
}
