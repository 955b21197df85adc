/** What a node believes that is held from it, against what is. */
import type { Draft } from '../rows/draft.ts';
import { nodeOf, revisionOf, setNode } from './row.ts';

/**
 * Of `ids`, in the transaction of `draft`. What is held otherwise than the node believes is taken from its name, so that
 * what it sends again is taken whatever its revision: a node that lost its store counts anew.
 */
export function compareRows(
  draft: Draft,
  node: number,
  ids: readonly number[],
  held: ReadonlyMap<number, number>,
  outcome: { readonly lost: number[]; readonly wanted: number[] },
): void {
  for (const id of ids) {
    const cell = draft.find(id);
    const [has, revision] = [cell === undefined ? 0 : nodeOf(cell), held.get(id)];
    const asBelieved = has === node ? revision !== undefined && revisionOf(cell!) === revision : revision === undefined;
    if (asBelieved) continue;
    if (revision !== undefined) (has === 0 || has === node ? outcome.wanted : outcome.lost).push(id);
    if (has !== node) continue;
    setNode(cell!, 0);
    draft.changed(id);
  }
}
