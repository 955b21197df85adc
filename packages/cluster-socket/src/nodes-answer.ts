/** The answer to `get_nodes` (`reference/links.md` 6). Pure. */
import { type ListFault, listFaultText, listOf } from '@muster/list-query';
import { type NodeForm, nodeFields } from '@muster/reference-forms';
import type { NodesQuery } from './nodes-query.ts';
import { fine, type Outcome, refused } from './outcome.ts';

export interface NodesAnswer {
  readonly items: readonly Partial<NodeForm>[];
  /** That fit, before offset and limit. */
  readonly totalItems: number;
}

/** Names that are told, of those that there are not. */
const mostTold = 10;

/** `rows`: the master first, then workers in the order of their links; they stay so unless sorted. */
export function nodesAnswer(rows: readonly NodeForm[], { names, type, list }: NodesQuery): Outcome<NodesAnswer> {
  const known = new Set(rows.map(({ name }) => name));
  const missing = names?.filter((name) => !known.has(name)) ?? [];
  if (missing.length > 0) return refused(1730, missing.slice(0, mostTold).join(', '));
  const wanted = names === undefined ? known : new Set(names);
  const fitting = rows.filter((row) => wanted.has(row.name) && (type === undefined || row.type === type));
  const found = listOf(fitting, list, { fields: nodeFields });
  return 'fault' in found ? faulty(found.fault) : fine({ items: found.items, totalItems: found.total });
}

/** Programs have the heading of a code themselves. */
const faulty = ({ code, text }: ListFault): Outcome<never> =>
  refused(code, text.replace(`${listFaultText(code)}: `, ''));
