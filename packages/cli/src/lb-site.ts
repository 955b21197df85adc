/** What `muster lb` knows of the cluster: what the node says that runs, else what its configuration says. */
import type { NodeConfig } from '@muster/config';
import { type Site, siteDefaults, type WantedServer } from '@muster/haproxy';
import { type NodeView, peerHost } from '@muster/protocol';

/** A node that is named on the command line: one more, or in the place of what is known of it. */
export interface NamedNode {
  readonly name: string;
  readonly address: string;
  /** Undefined: the port of the agents. */
  readonly port: number | undefined;
}

export interface SiteSources {
  /** Undefined: it could not be read. */
  readonly config: NodeConfig | undefined;
  /** Undefined: no node could be asked. */
  readonly nodes: readonly NodeView[] | undefined;
  readonly named: readonly NamedNode[];
  readonly agents: number;
  /** Undefined: all addresses. */
  readonly bind: string | undefined;
}

/**
 * The nodes by name, the master first; those that said goodbye and those that are excluded are left out.
 * Throws, with the cure, when there is no master or no node.
 */
export function siteOf({ config, nodes, named, agents, bind }: SiteSources): Site {
  const port = config?.agentPort ?? siteDefaults.agentPort;
  const found = new Map([...knownNodes(config, nodes), ...named.map(({ name, address }) => [name, address] as const)]);
  const masterName = masterNameOf(config, nodes);
  const servers = [...found].map(([name, address]) => serverOf(name, address, config, named, port));
  servers.sort((one, other) => rank(one, masterName) - rank(other, masterName) || (one.name < other.name ? -1 : 1));
  const masterAddress = (masterName === undefined ? undefined : found.get(masterName)) ?? config?.cluster.nodes[0];
  if (masterAddress === undefined) throw new Error(noMaster);
  if (servers.length === 0) throw new Error(noNodes);
  return {
    cluster: config?.cluster.name ?? 'wazuh',
    backend: config?.haproxy?.backend ?? config?.haproxyHelper?.backend ?? siteDefaults.backend,
    agentPort: port,
    registrationPort: siteDefaults.registrationPort,
    master: { address: masterAddress },
    nodes: servers,
    agents,
    bind,
  };
}

const noMaster =
  'The address of the master is not known, which new agents enrol with: name it with --node master=ADDRESS, or give the directory of a manager with --root.';
const noNodes = 'No node is known: start Muster, or name each with --node NAME=ADDRESS.';

const rank = ({ name }: WantedServer, master: string | undefined): number => (name === master ? 0 : 1);

/** `master` itself where nothing is known but what was named. */
const masterNameOf = (config: NodeConfig | undefined, nodes: readonly NodeView[] | undefined): string | undefined =>
  nodes?.find(({ role }) => role === 'master')?.name ??
  (config?.cluster.nodeType === 'master' ? config.cluster.nodeName : undefined) ??
  (config === undefined ? 'master' : undefined);

function knownNodes(
  config: NodeConfig | undefined,
  nodes: readonly NodeView[] | undefined,
): readonly (readonly [name: string, address: string])[] {
  const excluded = new Set(config?.haproxy?.excludedNodes ?? config?.haproxyHelper?.excludedNodes);
  const seen = nodes === undefined ? ownNode(config) : nodes.flatMap((node) => addressOf(node, config));
  return seen.filter(([name]) => !excluded.has(name));
}

/** A worker's configuration names its master by address, and not by name. */
const ownNode = (config: NodeConfig | undefined): readonly (readonly [string, string])[] => {
  const address = config?.cluster.nodes[0];
  if (config?.cluster.nodeType !== 'master' || address === undefined) return [];
  return [[config.cluster.nodeName, address]];
};

function addressOf(
  { name, address, liveness, role }: NodeView,
  config: NodeConfig | undefined,
): readonly (readonly [string, string])[] {
  if (liveness === 'left') return [];
  const own = role === 'master' ? config?.cluster.nodes[0] : undefined;
  const text = config?.muster.haproxy.nodes[name]?.address ?? own ?? peerHost(address);
  return text === '' || text === 'local' ? [] : [[name, text]];
}

function serverOf(
  name: string,
  address: string,
  config: NodeConfig | undefined,
  named: readonly NamedNode[],
  port: number,
): WantedServer {
  const own = config?.muster.haproxy.nodes[name];
  const given = named.find((node) => node.name === name);
  return { name, address, port: given?.port ?? own?.port ?? port, weight: own?.weight ?? 100 };
}
