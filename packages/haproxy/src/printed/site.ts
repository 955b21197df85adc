/** What a load balancer in front of a cluster has to know of it. */
import type { WantedServer } from '../driver.ts';
import { hostWord, nameWord, plainAddress, portWord } from '../runtime/words.ts';

export interface Site {
  /** The cluster's name, for the head of the file. */
  readonly cluster: string;
  /** Of the agents. */
  readonly backend: string;
  /** Where agents connect to the load balancer: the port of the nodes' own `<remote>`. */
  readonly agentPort: number;
  /** Where new agents enrol; 1515. */
  readonly registrationPort: number;
  /** Who enrols them. */
  readonly master: { readonly address: string };
  /** In the order in which they are printed. */
  readonly nodes: readonly WantedServer[];
  /** The address of the load balancer that agents connect to; undefined: all that it has. */
  readonly bind?: string | undefined;
  /** Agents that there may be: connections at a time are reckoned from it. */
  readonly agents: number;
}

/** What is used where nothing else is known. */
export const siteDefaults = { backend: 'wazuh_reporting', agentPort: 1514, registrationPort: 1515, agents: 10_000 };

/** Connections that must be possible: all agents, those that come again before their old connection is gone, and some that enrol. */
export const connectionsOf = ({ agents }: Site): number => Math.ceil((agents * 1.25 + 500) / 100) * 100;

/** Names and addresses are written into a file that decides on connections: nothing but such words gets in. Throws a `HaproxyError`. */
export function checkedSite(site: Site): Site {
  const where = 'the load balancer';
  nameWord(where, 'backend', site.backend);
  portWord(where, site.agentPort);
  portWord(where, site.registrationPort);
  hostOf(site.master.address);
  if (site.bind !== undefined) hostOf(site.bind);
  for (const { name, address, port } of site.nodes) {
    nameWord(where, 'server name', name);
    hostOf(address);
    portWord(where, port);
  }
  return { ...site, cluster: site.cluster.replace(/[^\x20-\x7e]/g, '?') };
}

/** `10.0.0.5`, `[2001:db8::5]` or a host name, as both programs write it before a port. Throws for anything else. */
export function hostOf(text: string): string {
  const address = plainAddress(text);
  if (address === undefined) return hostWord('the load balancer', text);
  return address.includes(':') ? `[${address}]` : address;
}

/** Servers that would be the load balancer itself: loopback addresses on a port that it listens on. Such a one is asked by itself, without end. */
export function ownServers({ nodes, master, agentPort, registrationPort, bind }: Site): readonly string[] {
  if (bind !== undefined && !isLoopback(bind)) return [];
  const agents = nodes.filter(({ address, port }) => isLoopback(address) && port === agentPort);
  const enrolment = isLoopback(master.address)
    ? [`the master, for enrolment (${master.address}:${registrationPort})`]
    : [];
  return [...agents.map(({ name, address, port }) => `${name} (${address}:${port})`), ...enrolment];
}

const isLoopback = (address: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(address);
