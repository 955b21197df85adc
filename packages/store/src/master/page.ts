import { MAX_AGENT_PAGE } from '@muster/protocol';
import type { AgentQuery, KnownAgent, MasterAgents } from '../agents.ts';
import type { RowIndex } from '../rows/index-of-rows.ts';
import { blockOf, type Cell } from '../rows/layout.ts';
import type { Names } from '../rows/names.ts';
import { knownAgent, nodeOf, statusOf } from './row.ts';

/** Rows that one page looks at: under a millisecond. */
const MAX_SCANNED = 5_000;

/** `next`: the last id that was looked at, when there are more. At most 500 rows, whatever is asked. */
export function pageOf(rows: RowIndex, names: Names, query: AgentQuery): ReturnType<MasterAgents['page']> {
  const limit = Math.min(query.limit, MAX_AGENT_PAGE);
  const node = query.node === undefined ? undefined : names.numberOf(query.node);
  const fits = (cell: Cell): boolean =>
    (query.node === undefined || nodeOf(cell) === node) &&
    (query.status === undefined || statusOf(cell) === query.status);
  const found: KnownAgent[] = [];
  let scanned = 0;
  let last = query.after;
  let more = false;
  const visit = (id: number, cell: Cell): boolean => {
    if (id <= query.after) return true;
    more = found.length >= limit || scanned >= MAX_SCANNED;
    if (more) return false;
    scanned += 1;
    last = id;
    if (fits(cell)) found.push(knownAgent(id, cell, names.nameOf));
    return true;
  };
  for (const block of rows.blocksFrom(blockOf(query.after + 1))) {
    rows.each(block, visit);
    if (more) break;
  }
  return { rows: found, next: more ? last : undefined };
}
