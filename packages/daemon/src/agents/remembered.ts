/** The ids of all agents that a store knows. */
import type { HeldGroups } from '@muster/agent-groups';
import { MAX_AGENT_ID } from '@muster/protocol';
import type { MasterAgents } from '@muster/store';

const atOnce = 5_000;

/** Of those with a status. */
export function* idsOf({ page }: Pick<MasterAgents, 'page'>): Iterable<number> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { rows, next }: ReturnType<MasterAgents['page']> = page({ after, limit: atOnce });
    for (const { id } of rows) yield id;
    after = next;
  }
}

/** Of those with groups. */
export function* groupedIds({ rows }: Pick<HeldGroups, 'rows'>): Iterable<number> {
  for (let from = 1; from <= MAX_AGENT_ID; ) {
    const page = rows(from, MAX_AGENT_ID, atOnce);
    for (const { id } of page) yield id;
    from = page.length < atOnce ? MAX_AGENT_ID + 1 : (page.at(-1)?.id ?? MAX_AGENT_ID) + 1;
  }
}
