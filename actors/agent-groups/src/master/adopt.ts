/** Writing proposals to the manager, where it has nothing yet. */
import { blames, readPage } from '../page.ts';
import type { Assignment, GroupsFault, ManagersGroups } from '../ports.ts';
import type { Adoption } from './state.ts';

/**
 * Adopts those of `proposals` (each agent once) for which the manager has no assignment. The manager is read
 * immediately before it is written: what somebody has assigned there meanwhile is kept.
 */
export async function adoptAll(
  proposals: readonly Assignment[],
  manager: ManagersGroups,
  signal: AbortSignal,
): Promise<readonly Adoption[]> {
  const ids = proposals.map(({ id }) => id);
  const there = await (manager.groupsOf?.(ids, signal) ?? listed(ids, manager, signal));
  const rows = new Map(there.rows.filter(({ groups }) => groups.length > 0).map(({ id, groups }) => [id, groups]));
  const unread = blames(there.faults);
  const open = proposals.filter(({ id }) => !rows.has(id) && !unread(id));
  signal.throwIfAborted();
  const unwritten = open.length === 0 ? () => false : blames(await manager.assign(open, signal));
  return proposals.map(({ id, groups }) => {
    const kept = rows.get(id);
    if (kept !== undefined) return { id, outcome: 'kept', groups: kept };
    return { id, outcome: unread(id) || unwritten(id) ? 'failed' : 'adopted', groups };
  });
}

/** From the first page on, for a later one may be of an older listing. */
async function listed(
  ids: readonly number[],
  manager: ManagersGroups,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly Assignment[]; readonly faults: readonly GroupsFault[] }> {
  const wanted = new Set(ids);
  const last = Math.max(...ids);
  const rows: Assignment[] = [];
  const faults: GroupsFault[] = [];
  for (let after: number | undefined = 0; after !== undefined && after < last; ) {
    const page = await readPage(manager, after, signal);
    rows.push(...page.rows.filter(({ id }) => wanted.has(id)));
    faults.push(...page.faults);
    after = page.next;
  }
  return { rows, faults };
}
