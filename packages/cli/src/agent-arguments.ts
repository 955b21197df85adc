/** What a person writes of agents on the command line, and what the node is asked. */
import { type AgentStatus, agentStatuses, agentStatusNames38, isGroupName, MAX_AGENT_ID } from '@muster/protocol';
import { InvalidArgumentError } from 'commander';

/** `12`, `012`: zeros in front count for nothing. */
export function agentId(text: string): number {
  const id = /^[0-9]{1,20}$/.test(text) ? Number(text) : Number.NaN;
  if (id >= 1 && id <= MAX_AGENT_ID) return id;
  if (id === 0) throw new InvalidArgumentError('000 is the manager itself and no agent: see muster health.');
  throw new InvalidArgumentError(
    `An agent's id is a number from 1 to ${MAX_AGENT_ID}, as 12 or 012: muster agents lists them.`,
  );
}

/** The names of 4.x and of 3.8, upper or lower case, with _, -, a blank or nothing between their words. */
export function agentStatus(text: string): AgentStatus {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[ _-]/g, '');
  const status = agentStatuses.find((each) => [each, agentStatusNames38[each]].map(plain).includes(plain(text)));
  if (status !== undefined) return status;
  throw new InvalidArgumentError(
    `A status is one of ${agentStatuses.join(', ')}, or as 3.8 says, ${Object.values(agentStatusNames38).join(', ')}.`,
  );
}

export function groupName(text: string): string {
  if (isGroupName(text)) return text;
  throw new InvalidArgumentError(
    'A group has a name of 1 to 255 letters, digits, ".", _ and -, other than "." and "..".',
  );
}
