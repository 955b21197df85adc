/** How nodes are: every node as the master sees it, a worker as it sees itself. Pure. */
import type { ClusterView, NodeView, Role, SeenSync } from '@muster/protocol';
import type { BoundedNames } from '../bounded.ts';
import { optional, type Sample, sample, states } from '../sample.ts';

export interface OwnNode {
  readonly node: string;
  readonly role: Role;
}

/** Rows beyond the bound have no series: there is no sum of states. */
export function clusterSamples({ nodes }: ClusterView, own: OwnNode, names: BoundedNames): readonly Sample[] {
  const rows = own.role === 'master' ? nodes : nodes.filter(({ name }) => name === own.node);
  names.present(rows.map(({ name }) => name));
  return rows.filter(({ name }) => names.of(name) === name).flatMap(nodeSamples);
}

const syncStates: readonly SeenSync[] = ['starting', 'in-sync', 'syncing', 'held', 'failing', 'unknown'];

function nodeSamples(row: NodeView): readonly Sample[] {
  const { name: node, role } = row;
  return [
    sample('muster_node_up', row.liveness === 'up' ? 1 : 0, { node, role }),
    sample('muster_node_heard_seconds', row.heardMs / 1_000, { node }),
    ...optional('muster_node_lag_generations', row.lag ?? (role === 'master' ? 0 : undefined), { node }),
    sample('muster_node_behind_seconds', row.behindMs / 1_000, { node }),
    ...states(syncStates, row.sync, (state, value) => sample('muster_node_sync_state', value, { node, state })),
    ...optional('muster_node_clock_skew_seconds', row.skewMs === undefined ? undefined : row.skewMs / 1_000, { node }),
  ];
}
