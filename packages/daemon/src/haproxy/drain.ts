/** Whether an operator may take a node out of the agents' way. Pure. */
import type { Member } from '@muster/haproxy-balancer';
import type { Balance, BalancerView, NodeName } from '@muster/protocol';

export interface DrainWish {
  readonly node: string;
  readonly drained: boolean;
}

export interface DrainFacts {
  /** Every node that the cluster knows of, linked or not. */
  readonly names: readonly NodeName[];
  readonly members: readonly Member[];
  readonly already: readonly NodeName[];
  readonly excluded: readonly NodeName[];
  readonly views: Balance['instances'];
}

/** Stable code and the words for the operator. */
export type Refusal = { readonly code: string; readonly text: string };

export function refusalOf({ node, drained }: DrainWish, facts: DrainFacts): Refusal | undefined {
  const { names, already, excluded } = facts;
  if (!names.includes(node) && (drained || !already.includes(node))) {
    return {
      code: 'no-such-node',
      text: `There is no node "${node}" in this cluster; there are: ${names.join(', ')}.`,
    };
  }
  if (!drained) return undefined;
  if (excluded.includes(node)) {
    const text = `"${node}" has no agents through HAProxy anyway: it is in excluded_nodes of <haproxy_helper>.`;
    return { code: 'node-excluded', text };
  }
  return already.includes(node) ? undefined : lastOf(node, facts);
}

/** By the cluster's word, and by that of each HAProxy that can be asked. */
function lastOf(node: string, { members, views }: DrainFacts): Refusal | undefined {
  const others = members.filter(({ name, standing }) => name !== node && standing === 'up');
  const where = views.find((view) => servesOnly(view, node))?.endpoint;
  if (others.length > 0 && where === undefined) return undefined;
  const text = `"${node}" is the last node that takes agents${where === undefined ? '' : `, says ${where}`}: without it they would reach none. See muster balance.`;
  return { code: 'last-node', text };
}

function servesOnly({ reachable, servers }: BalancerView, node: string): boolean {
  const serving = servers.filter(
    ({ admin, health, standing }) =>
      admin === 'ready' && (health === 'up' || health === 'unchecked') && standing !== 'drained',
  );
  return reachable && serving.some(({ name }) => name === node) && serving.every(({ name }) => name === node);
}
