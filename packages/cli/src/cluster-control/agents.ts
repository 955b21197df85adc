/** `cluster_control -a`. Pure. */
import { type AgentStatus, agentIdText, agentStatuses, agentStatusNames38 } from '@muster/protocol';
import { printable } from '@muster/render';
import type { Profile } from './profile.ts';
import { paddedLines } from './table.ts';

/** One agent, 000 included; '' is unknown. */
export interface AgentLine {
  readonly id: number;
  readonly name: string;
  readonly ip: string;
  readonly status: AgentStatus;
  readonly version: string;
  readonly node: string;
}

/** In the order of their ids. */
export function renderAgents414(agents: readonly AgentLine[]): string {
  const rows = agents.map(({ id, name, ip, status, version, node }) =>
    [agentIdText(id), name, ip, status, version, node].map(shown),
  );
  return `${paddedLines([['ID', 'NAME', 'IP', 'STATUS', 'VERSION', 'NODE NAME'], ...rows]).join('\n')}\n`;
}

/** `statuses`: the filter as it was written. Without an agent there is an empty line in place of theirs. */
export function renderAgents38(agents: readonly AgentLine[], statuses: readonly string[]): string {
  const lines = agents.map(({ id, name, ip, status, node }) => {
    const words = [`ID: ${agentIdText(id)}`, `Name: ${shown(name)}`, `IP: ${shown(ip)}`];
    return `  ${words.join(', ')}, Status: ${agentStatusNames38[status]},  Node: ${shown(node)}`;
  });
  const count =
    statuses.length === 0
      ? `Listing ${agents.length} agent(s).`
      : `Found ${agents.length} agent(s) with status '${statuses.map(printable).join(' ')}'.`;
  return `${lines.join('\n')}\n\n${count}\n`;
}

/** What a word behind `-fs` means, whatever its case; undefined: no status of this profile has that name. */
export function statusNamed(word: string, profile: Profile): AgentStatus | undefined {
  const plain = (text: string): string =>
    profile === '3.8' ? text.toLowerCase().replaceAll(' ', '') : text.toLowerCase();
  return agentStatuses.find((status) => plain(profile === '3.8' ? agentStatusNames38[status] : status) === plain(word));
}

const shown = (text: string): string => (text === '' ? 'unknown' : printable(text));
