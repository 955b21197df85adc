/** A peer that is refused changes nothing: it is welcomed by nobody, no view shows it, no link goes for its sake. */
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

/** What the master last asked of a worker: whether it lives. */
interface Probe {
  readonly at: number;
  answered: boolean;
}

/** Before a probe has lasted so long only a link that is gone counts as dead, ms. The node waits 1,000. */
const probeMs = 990;
/** Whoever asked for a name longer ago waits for it no more, ms. */
const waitMs = 20_000;

export function openStrangers(world: World): Strangers {
  const { timeline, master, violate } = world;
  const names = new Set(world.nodes.map(({ name }) => name));
  /** All that was said by each machine that is none of ours: it may have several connections at a time. */
  const hellos = new Map<string, Hello[]>();
  const claimed = new Set<string>();
  const probes = new Map<string, Probe>();
  /** When each machine that may have a worker's name asked for it; a welcome ends that. By name, then by machine. */
  const asking = new Map<string, Map<string, number>>();
  /** Who has the key and a worker's name may take its place while it is away. */
  const mayJoin = ({ node, role, cluster }: Hello): boolean => {
    const own = master.config()?.cluster.name ?? cluster;
    return role === 'worker' && cluster === own && names.has(node) && node !== master.name;
  };
  const said = (hello: Hello, machine: string): void => {
    if (mayJoin(hello)) rowOf(asking, hello.node, () => new Map<string, number>()).set(machine, timeline.now());
    if (names.has(machine)) return;
    rowOf(hellos, machine, (): Hello[] => []).push(hello);
    claimed.add(hello.node);
  };
  const welcomed = (machine: string): void => {
    for (const machines of asking.values()) machines.delete(machine);
    if (names.has(machine)) return;
    const all = hellos.get(machine) ?? [];
    if (all.some(mayJoin)) return;
    const who = all.map(({ node, role, cluster }) => `${role} ${node} of ${cluster}`).join(', ');
    violate('strangers', `the master welcomed the machine ${machine}, which said it was ${who || 'nobody'}`);
  };
  /** The link of `worker` is closed because another wants its name. */
  const replaces = (worker: string): void => {
    const now = timeline.now();
    if (![...(asking.get(worker)?.values() ?? [])].some((at) => now - at < waitMs))
      violate('strangers', `the master replaced the link of ${worker} for nobody who may have its name`);
    const probe = probes.get(worker);
    if (probe?.answered === true && now - probe.at < probeMs)
      violate('strangers', `the master replaced the link of ${worker}, which had answered that it lives`);
  };
  return {
    heard: (envelope, { from, to }) => {
      if (envelope.kind === 'hello') said(envelope, from);
      if (envelope.kind === 'pong' && probes.has(from)) probes.get(from)!.answered = true;
      if (from !== master.name) return;
      if (envelope.kind === 'welcome') welcomed(to);
      else if (envelope.kind === 'ping') probes.set(to, { at: timeline.now(), answered: false });
      else if (envelope.kind === 'goodbye' && envelope.code === 'replaced' && names.has(to)) replaces(to);
    },
    claimed: (name) => claimed.has(name),
    seen: ({ nodes }) => {
      for (const { name } of nodes)
        if (!names.has(name)) violate('strangers', `the master's view shows ${name}, which is none of the cluster`);
    },
  };
}
