/** A peer that is refused changes nothing: it is welcomed by nobody, and no view shows it. */
import type { ClusterView, Envelope, Hello } from '@muster/protocol';
import type { World } from '../world/world.ts';
import { rowOf } from './rows.ts';
import type { Ends } from './sniffer.ts';

export interface Strangers {
  heard(envelope: Envelope, ends: Ends): void;
  seen(view: ClusterView): void;
  /** Whether a machine that is none of ours said that this is its name. */
  claimed(name: string): boolean;
}

export function openStrangers(world: World): Strangers {
  const names = new Set(world.nodes.map(({ name }) => name));
  /** All that was said by each machine that is none of ours: it may have several connections at a time. */
  const hellos = new Map<string, Hello[]>();
  const claimed = new Set<string>();
  /** Who has the key and a worker's name may take its place while it is away. */
  const mayJoin = ({ node, role, cluster }: Hello): boolean => {
    const own = world.master.config()?.cluster.name ?? cluster;
    return role === 'worker' && cluster === own && names.has(node) && node !== world.master.name;
  };
  const welcomed = (machine: string): void => {
    const said = hellos.get(machine) ?? [];
    if (said.some(mayJoin)) return;
    const who = said.map(({ node, role, cluster }) => `${role} ${node} of ${cluster}`).join(', ');
    world.violate('strangers', `the master welcomed the machine ${machine}, which said it was ${who || 'nobody'}`);
  };
  return {
    heard: (envelope, { from, to }) => {
      if (envelope.kind === 'hello' && !names.has(from)) {
        rowOf(hellos, from, (): Hello[] => []).push(envelope);
        claimed.add(envelope.node);
      }
      if (envelope.kind === 'welcome' && !names.has(to)) welcomed(to);
    },
    claimed: (name) => claimed.has(name),
    seen: ({ nodes }) => {
      for (const { name } of nodes)
        if (!names.has(name))
          world.violate('strangers', `the master's view shows ${name}, which is none of the cluster`);
    },
  };
}
