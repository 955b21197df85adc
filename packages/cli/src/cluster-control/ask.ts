/** What the node is asked for each view, and what of the answers is shown. */
import type { AgentFilter, ControlClient } from '@muster/control';
import {
  type AgentRowView,
  type AgentStatus,
  type HealthcheckRow,
  isNodeName,
  type NodeInfo,
  peerHost,
} from '@muster/protocol';
import { isLinked, plainVersion } from '@muster/reference-forms';
import { type AgentLine, statusNamed } from './agents.ts';
import { NumberedError } from './faults.ts';
import type { HealthSheet } from './health.ts';
import { type NodeLine, unknownNames } from './nodes.ts';
import type { Options } from './options.ts';

/** The connected nodes: the master, then workers in the order of their links. */
export async function askNodes(client: ControlClient, { profile, nodes }: Options): Promise<readonly NodeLine[]> {
  const rows = connected((await client.healthcheck()).rows);
  if (profile === '4.14' && unknownNames(rows, nodes).length > 0) throw new NumberedError(1730, 'Node does not exist');
  return rows;
}

export async function askHealth(client: ControlClient, { nodes, show }: Options): Promise<HealthSheet> {
  const [{ cluster }, { rows }] = await Promise.all([client.health(), client.healthcheck()]);
  return { cluster, rows: connected(rows), filter: nodes, more: show === 'health-more' };
}

/** Those that report to `nodes` and have one of `statuses`; of an empty filter all. The manager beside the master is 000. */
export async function askAgents(client: ControlClient, options: Options): Promise<readonly AgentLine[]> {
  const statuses = options.statuses.map((word) => {
    const status = statusNamed(word, options.profile);
    if (status === undefined) throw new NumberedError(1729, noStatus(word, options));
    return status;
  });
  const isWanted = ({ status, node }: AgentLine): boolean =>
    (statuses.length === 0 || statuses.includes(status)) &&
    (options.nodes.length === 0 || options.nodes.includes(node));
  const found = [await managerLine(client)].filter(isWanted);
  const filter = filterOf(statuses, options.nodes);
  for await (const { rows } of client.allAgents(filter)) found.push(...rows.map(agentLine).filter(isWanted));
  return found;
}

/** A node is asked for one of each at most; of several all are looked through. */
const filterOf = (statuses: readonly AgentStatus[], nodes: readonly string[]): AgentFilter => {
  const [status, node = ''] = [statuses[0], nodes[0]];
  const isOneNode = nodes.length === 1 && isNodeName(node);
  return {
    ...(statuses.length === 1 && status !== undefined ? { status } : {}),
    ...(isOneNode ? { node } : {}),
  };
};

const noStatus = (word: string, { profile }: Options): string =>
  `'${word}' is no agent status: ${
    profile === '3.8'
      ? 'Active, Disconnected, NeverConnected and Pending are'
      : 'active, disconnected, never_connected and pending are'
  }`;

/** Rejects where the master cannot be asked, before anybody waits for its agents: only it knows them all. */
async function managerLine(client: ControlClient): Promise<AgentLine> {
  // No worker is asked what it did: one that hangs would be waited for.
  const [{ nodes }] = await Promise.all([client.cluster(), client.healthcheck([])]);
  const node = nodes.find(({ role }) => role === 'master')?.name ?? '';
  const { host = node, managerVersion } = await client
    .at(node)
    .nodeInfo()
    .catch((): Partial<NodeInfo> => ({}));
  // As agents write theirs.
  const version = managerVersion === undefined ? '' : `Wazuh ${managerVersion}`;
  return { id: 0, name: host, ip: '127.0.0.1', status: 'active', version, node };
}

const agentLine = ({ id, name, ip, status, version, node = '' }: AgentRowView): AgentLine => ({
  ...{ id, name, ip, status, version, node },
});

/** Without workers that have no link now, as the originals know only those that have one. */
const connected = (rows: readonly HealthcheckRow[]): readonly HealthcheckRow[] =>
  rows.filter(isLinked).map((row) => ({ ...row, version: plainVersion(row.version), address: peerHost(row.address) }));
