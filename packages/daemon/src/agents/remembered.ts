/** What a store knows of all agents. */
import type { HeldGroups } from '@muster/agent-groups';
import { type GroupRow, MAX_AGENT_ID } from '@muster/protocol';
import type { MasterAgents } from '@muster/store';

const atOnce = 5_000;

/** The ids of those with a status. */
export function* idsOf({ page }: Pick<MasterAgents, 'page'>): Iterable<number> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { rows, next }: ReturnType<MasterAgents['page']> = page({ after, limit: atOnce });
    for (const { id } of rows) yield id;
    after = next;
  }
}

/** The ids of those with groups. */
export function* groupedIds(held: Pick<HeldGroups, 'rows'>): Iterable<number> {
  for (const page of groupPages(held)) for (const { id } of page) yield id;
}

/** All assignments, some thousand at a time. The last page may be empty. */
export function* groupPages({ rows }: Pick<HeldGroups, 'rows'>): Iterable<readonly GroupRow[]> {
  for (let from = 1; from <= MAX_AGENT_ID; ) {
    const page = rows(from, MAX_AGENT_ID, atOnce);
    yield page;
    from = page.length < atOnce ? MAX_AGENT_ID + 1 : (page.at(-1)?.id ?? MAX_AGENT_ID) + 1;
  }
}
