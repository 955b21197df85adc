/** Writing what the master says. */
import { type GroupRow, MAX_AGENT_ROWS } from '@muster/protocol';
import { blames } from '../page.ts';
import type { Assignment, GroupsFault, ManagersGroups } from '../ports.ts';
import type { GroupReplicaDeps } from './group-replica.ts';

/**
 * Makes the manager and what is held say `rows`. What is assigned is held before the manager says it, and what goes has
 * left the manager before it is forgotten: whenever this is cut off, the manager has no assignment from us that
 * is not held, which would be taken for one that was chosen here, and proposed.
 */
export async function writeRows(
  rows: readonly GroupRow[],
  version: number,
  { manager, held, exists }: Pick<GroupReplicaDeps, 'manager' | 'held' | 'exists'>,
  signal: AbortSignal,
): Promise<{ readonly faults: readonly GroupsFault[]; readonly stuck: number }> {
  const stay = rows.filter(({ groups }) => groups.length > 0);
  const go = rows.filter(({ groups }) => groups.length === 0);
  if (stay.length > 0) await held.put(stay, held.version());
  const faults = await assignAll(rows, manager, signal);
  const blamed = blames(faults);
  // What the manager keeps of an agent that is in client.keys no more is nobody's choice.
  const gone = go.filter(({ id }) => !blamed(id) || !exists(id));
  await held.put(gone, version);
  return { faults, stuck: go.length - gone.length };
}

/** In parts, so that no single call takes long. */
export async function assignAll(
  rows: readonly Assignment[],
  manager: ManagersGroups,
  signal: AbortSignal,
): Promise<readonly GroupsFault[]> {
  const faults: GroupsFault[] = [];
  for (let start = 0; start < rows.length; start += MAX_AGENT_ROWS) {
    const part = rows.slice(start, start + MAX_AGENT_ROWS).map(({ id, groups }) => ({ id, groups }));
    faults.push(...(await manager.assign(part, signal)));
    signal.throwIfAborted();
  }
  return faults;
}
