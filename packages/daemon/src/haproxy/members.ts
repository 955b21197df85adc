/** Who is to have agents through HAProxy, by what keep-alive, the configuration and operators say. Pure. */
import type { HaproxyConfig } from '@muster/config';
import type { Member } from '@muster/haproxy-balancer';
import { type NodeName, type NodeView, peerHost } from '@muster/protocol';

export interface MemberSources {
  /** The peers of this master, as its keep-alive sees them. */
  readonly rows: readonly Pick<NodeView, 'name' | 'liveness' | 'address'>[];
  readonly own: { readonly name: NodeName; readonly address: string };
  readonly drained: readonly NodeName[];
  readonly config: Pick<HaproxyConfig, 'agentPort' | 'excludedNodes' | 'nodes'>;
  readonly now: number;
}

type Standing = Member['standing'];

/**
 * Every node with its standing, and since when; `before` is what this said last. A peer that linked and has not
 * beaten yet is not among them: what HAProxy does with its server stays as it is until it has, a moment later.
 * Nodes that are drained or excluded are there whether they are linked or not: their servers may be.
 */
export function membersOf(sources: MemberSources, before: readonly Member[]): readonly Member[] {
  const { rows, own, drained, config, now } = sources;
  const last = new Map(before.map((member) => [member.name, member]));
  const standings = new Map<NodeName, Standing>([[own.name, 'up']]);
  for (const { name, liveness } of rows) if (liveness !== 'unknown') standings.set(name, liveness);
  for (const name of drained) {
    const standing = standings.get(name) ?? 'up';
    if (standing === 'up' || standing === 'suspect') standings.set(name, 'drained');
  }
  for (const name of config.excludedNodes) standings.set(name, 'excluded');
  const addresses = new Map([
    ...rows.map(({ name, address }) => [name, peerHost(address)] as const),
    [own.name, own.address],
  ]);
  const isDrained = new Set(drained);
  return [...standings].map(([name, standing]): Member => {
    const { address = addresses.get(name), port = config.agentPort, weight = 100 } = config.nodes[name] ?? {};
    const known = last.get(name);
    return {
      ...{ name, port, weight, standing },
      address: address ?? known?.address ?? '',
      since: known?.standing === standing ? known.since : now,
      ...(isDrained.has(name) ? { drained: true } : {}),
    };
  });
}

export const sameMembers = (one: readonly Member[], other: readonly Member[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
