/** What the node is asked for each view, and what of the answers is shown. */
import type { ControlClient } from '@muster/control';
import type { AgentRowView, HealthcheckRow } from '@muster/protocol';
import { type AgentLine, statusNamed } from './agents.ts';
import { NumberedError } from './faults.ts';
import type { HealthSheet } from './health.ts';
import { hostOf } from './host-of.ts';
import type { NodeLine } from './nodes.ts';
import { unknownNames } from './nodes.ts';
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
  const filter = statuses.length === 1 && statuses[0] !== undefined ? { status: statuses[0] } : {};
  for await (const { rows } of client.allAgents(filter)) found.push(...rows.map(agentLine).filter(isWanted));
  return found;
}

const noStatus = (word: string, { profile }: Options): string =>
  `'${word}' is no agent status: ${
    profile === '3.8'
      ? 'Active, Disconnected, NeverConnected and Pending are'
      : 'active, disconnected, never_connected and pending are'
  }`;

/** Rejects with `no-master` where the master cannot be asked: only it knows all agents. */
async function managerLine(client: ControlClient): Promise<AgentLine> {
  const { rows } = await client.healthcheck();
  const master = rows.find(({ role }) => role === 'master');
  const node = master?.name ?? '';
  const info =
    node === ''
      ? undefined
      : await client
          .at(node)
          .nodeInfo()
          .catch(() => undefined);
  const version = info?.managerVersion === undefined ? '' : `Wazuh ${info.managerVersion}`;
  return { id: 0, name: node, ip: '127.0.0.1', status: 'active', version, node };
}

const agentLine = ({ id, name, ip, status, version, node = '' }: AgentRowView): AgentLine => ({
  ...{ id, name, ip, status, version, node },
});

/** Without workers that have no link now, as the originals know only those that have one. */
const connected = (rows: readonly HealthcheckRow[]): readonly HealthcheckRow[] =>
  rows
    .filter(({ role, lastKeepAliveAgoMs }) => role === 'master' || lastKeepAliveAgoMs !== undefined)
    .map((row) => ({ ...row, version: row.version.replace(/^v/, ''), address: hostOf(row.address) }));
