/** Agents by node. Pure. */
import { type AgentStatus, agentStatuses, type NodeName } from '@muster/protocol';
import type { BoundedNames } from '../bounded.ts';
import { type Sample, sample } from '../sample.ts';

/** Nodes beyond the bound together. */
export function agentSamples(
  counts: ReadonlyMap<NodeName, Readonly<Record<AgentStatus, number>>>,
  names: BoundedNames,
): readonly Sample[] {
  names.present([...counts.keys()]);
  return [...counts].flatMap(([name, byStatus]) =>
    agentStatuses.map((status) => sample('muster_agents', byStatus[status], { node: names.of(name), status }, name)),
  );
}
