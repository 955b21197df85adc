/** A peer that is refused changes nothing: it is welcomed by nobody, and no view shows it. */
import type { ClusterView, Envelope, Hello } from '@muster/protocol';
import type { World } from '../world/world.ts';
import type { Ends } from './sniffer.ts';

export interface Strangers {
  heard(envelope: Envelope, ends: Ends): void;
  seen(view: ClusterView): void;
  /** Whether a machine that is none of ours said that this is its name. */
  claimed(name: string): boolean;
}

export function openStrangers(world: World): Strangers {
  const names = new Set(world.nodes.map(({ name }) => name));
  /** The last hello of each machine that is none of ours. */
  const hellos = new Map<string, Hello>();
  const claimed = new Set<string>();
  const cluster = (): string | undefined => world.master.config()?.cluster.name;
  const welcomed = (machine: string): void => {
    const hello = hellos.get(machine);
    const own = cluster();
    const isMember = hello !== undefined && names.has(hello.node) && hello.node !== world.master.name;
    if (hello !== undefined && isMember && hello.role === 'worker' && (own === undefined || hello.cluster === own))
      return;
    const who = hello === undefined ? 'somebody who said nothing' : `${hello.role} ${hello.node} of ${hello.cluster}`;
    world.violate('strangers', `the master welcomed ${who} on the machine ${machine}`);
  };
  return {
    heard: (envelope, { from, to }) => {
      if (envelope.kind === 'hello' && !names.has(from)) {
        hellos.set(from, envelope);
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
