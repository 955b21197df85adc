import type { AgentInfo, AgentInfoField } from '@muster/protocol';
import { agentInfoFields, type NodeName } from '@muster/protocol';
import type { Fault } from '../faults.ts';
import type { AllAgents, ManagersAgents, PublishedAgent } from '../ports.ts';

/** What publishing needs of the node. */
export interface Publishing {
  readonly ownName: NodeName;
  readonly nodeTime: () => number;
  readonly wallNow: () => number;
  readonly store: AllAgents;
  readonly manager: ManagersAgents;
}

/**
 * Writes agents to the manager beside us that it does not know of yet, at most `limit`, and notes that. What
 * reported at this very node the manager knows itself. One that cannot be written is told, and written again
 * when it has news: it shall keep no other waiting.
 */
export async function publishNext(
  { ownName, nodeTime, wallNow, store, manager }: Publishing,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly faults: readonly Fault[] }> {
  const known = store.unpublished(limit).flatMap((id) => store.one(id) ?? []);
  if (known.length === 0) return { count: 0, faults: [] };
  // As it is now: what comes while it is written is written after it.
  const asNow = known.map(({ id, revision, node, status }) => ({
    id,
    revision,
    node,
    status,
    infoFrom: store.infoFrom(id),
  }));
  const wallAhead = wallNow() - nodeTime();
  const wall = (ms: number): number => (ms === 0 ? 0 : ms + wallAhead);
  const rows = known
    .filter(({ node }) => node !== ownName && node !== '')
    .map(({ revision: _, ...agent }): PublishedAgent => {
      const times = { seenMs: wall(agent.seenMs), disconnectedMs: wall(agent.disconnectedMs) };
      return { ...agent, ...times, info: store.info(agent.id) ?? noInfo };
    });
  const faults = rows.length === 0 ? [] : await manager.publish(rows, signal);
  await store.published(asNow);
  return { count: known.length, faults };
}

const noInfo: AgentInfo = {
  ...(Object.fromEntries(agentInfoFields.map((field) => [field, ''])) as Record<AgentInfoField, string>),
  labels: [],
};
