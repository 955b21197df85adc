/** A peer that is refused changes nothing: it is welcomed by nobody, no view shows it, no link goes for its sake. */
import type { CloseCode, ClusterView, Envelope, Hello } from '@muster/protocol';
import type { World } from '../world/world.ts';
import { seconds } from './contents.ts';
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
/** A refusal of which it may be that another took the name first, or that the node could not decide. */
const harmless: ReadonlySet<CloseCode> = new Set(['name-taken', 'not-welcome', 'shutting-down']);

export function openStrangers(world: World): Strangers {
  const { timeline, master, violate } = world;
  const names = new Set(world.nodes.map(({ name }) => name));
  /** All that was said by each machine that is none of ours: it may have several connections at a time. */
  const hellos = new Map<string, Hello[]>();
  const claimed = new Set<string>();
  const probes = new Map<string, Probe>();
  /** Workers whose link was closed for a successor that is not yet welcomed, and when. */
  const replaced = new Map<string, number>();
  /** Who has the key and a worker's name may take its place while it is away. */
  const mayJoin = ({ node, role, cluster }: Hello): boolean => {
    const own = master.config()?.cluster.name ?? cluster;
    return role === 'worker' && cluster === own && names.has(node) && node !== master.name;
  };
  const welcomed = (machine: string): void => {
    if (names.has(machine)) return void replaced.delete(machine);
    const said = hellos.get(machine) ?? [];
    for (const { node } of said) replaced.delete(node);
    if (said.some(mayJoin)) return;
    const who = said.map(({ node, role, cluster }) => `${role} ${node} of ${cluster}`).join(', ');
    violate('strangers', `the master welcomed the machine ${machine}, which said it was ${who || 'nobody'}`);
  };
  const refused = (machine: string, code: CloseCode): void => {
    if (names.has(machine) || harmless.has(code)) return;
    for (const { node } of hellos.get(machine) ?? []) {
      const at = replaced.get(node);
      if (at === undefined) continue;
      const text = `the master closed the link of ${node} at ${seconds(at)} for the machine ${machine}, which it then refused (${code})`;
      violate('strangers', text);
    }
  };
  /** `worker`'s link is closed because another wants its name. */
  const replaces = (worker: string): void => {
    replaced.set(worker, timeline.now());
    const probe = probes.get(worker);
    if (probe?.answered !== true || timeline.now() - probe.at >= probeMs) return;
    violate('strangers', `the master replaced the link of ${worker}, which had answered that it lives`);
  };
  return {
    heard: (envelope, { from, to }) => {
      if (envelope.kind === 'hello' && !names.has(from)) {
        rowOf(hellos, from, (): Hello[] => []).push(envelope);
        claimed.add(envelope.node);
      }
      if (envelope.kind === 'pong' && probes.has(from)) probes.get(from)!.answered = true;
      if (from !== master.name) return;
      if (envelope.kind === 'welcome') welcomed(to);
      else if (envelope.kind === 'refuse') refused(to, envelope.code);
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
