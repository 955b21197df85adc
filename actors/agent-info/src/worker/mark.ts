import type { AgentsMark } from '@muster/protocol';
import type { OwnAgents } from '../ports.ts';
import type { MarkNumbers } from './messages.ts';

/** What a beat says of the agents: the numbers that the reporter told last, and the digest of what the master holds from us. */
export function markOf(numbers: MarkNumbers, own: Pick<OwnAgents, 'digest'>, nodeTime: () => number): AgentsMark {
  const [count, a, b] = own.digest();
  return { timeMs: nodeTime(), ...numbers, digest: [count, a, b] };
}
