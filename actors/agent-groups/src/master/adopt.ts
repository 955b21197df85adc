/** Writing proposals to the manager, where it has nothing yet. */
import { MAX_AGENT_ID } from '@muster/protocol';
import { blames, type ManagersPage, readPage } from '../page.ts';
import type { Assignment, ManagersGroups } from '../ports.ts';
import type { Adoption } from './state.ts';

/**
 * Adopts those of `proposals` (by id, each agent once) for which the manager has no assignment. The manager is read
 * immediately before it is written: what somebody has assigned there meanwhile is kept.
 */
export async function adoptAll(
  proposals: readonly Assignment[],
  manager: ManagersGroups,
  signal: AbortSignal,
): Promise<readonly Adoption[]> {
  const adoptions: Adoption[] = [];
  for (let start = 0; start < proposals.length; ) {
    const after = proposals[start]!.id - 1;
    const page = await readPage(manager, after, signal);
    const upTo = page.next ?? MAX_AGENT_ID;
    const covered = proposals.filter(({ id }) => id > after && id <= upTo);
    adoptions.push(...(await adopt(covered, page, manager, signal)));
    start += covered.length;
  }
  return adoptions;
}

async function adopt(
  proposals: readonly Assignment[],
  page: ManagersPage,
  manager: ManagersGroups,
  signal: AbortSignal,
): Promise<readonly Adoption[]> {
  const rows = new Map(page.rows.filter(({ groups }) => groups.length > 0).map(({ id, groups }) => [id, groups]));
  const unread = blames(page.faults);
  const open = proposals.filter(({ id }) => !rows.has(id) && !unread(id));
  signal.throwIfAborted();
  const unwritten = open.length === 0 ? () => false : blames(await manager.assign(open, signal));
  return proposals.map(({ id, groups }) => {
    const kept = rows.get(id);
    if (kept !== undefined) return { id, outcome: 'kept', groups: kept };
    return { id, outcome: unread(id) || unwritten(id) ? 'failed' : 'adopted', groups };
  });
}
