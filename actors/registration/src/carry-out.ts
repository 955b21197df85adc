/** Asking whoever can do it, and taking nothing else than an answer to what was asked. */
import { type AgentRegistered, isGroupName, MAX_AGENT_ID } from '@muster/protocol';
import { codes } from './codes.ts';
import { withoutKey } from './events.ts';
import type { RegistrationAnswer, RegistrationRequest } from './messages.ts';
import type { AddedAgent, NewAgent, Refused, Registrar } from './ports.ts';
import { refused } from './state.ts';

/** What a failure is called, for people. */
const words = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'FAILED';
  return `${code}: ${error instanceof Error ? error.message : String(error)}`;
};

/** On a worker: the master is asked. Never rejects. */
export async function forwarded(
  request: RegistrationRequest,
  askMaster: (request: RegistrationRequest, signal: AbortSignal) => Promise<RegistrationAnswer>,
  signal: AbortSignal,
): Promise<RegistrationAnswer> {
  try {
    const answer = await askMaster(request, signal);
    if (answer.type === 'registration-refused') return refused(answer.code, withoutKey(answer.text, request));
    return answers[request.type] === answer.type ? answer : outOfProtocol('master');
  } catch (error) {
    const text = `Cannot reach the master (${words(error)}); try again when this node is linked to it`;
    return refused(codes.internal, withoutKey(text, request));
  }
}

const answers = {
  'register-agent': 'agent-registered',
  'remove-agent': 'agent-removed',
  'assign-group': 'group-assigned',
} as const;

const outOfProtocol = (who: string): RegistrationAnswer =>
  refused(codes.internal, `The ${who} answered something else than was asked; see its log`);

/** On the master: the registrar is asked. Never rejects. */
export async function registered(
  request: RegistrationRequest,
  registrar: Registrar,
  signal: AbortSignal,
): Promise<RegistrationAnswer> {
  try {
    return await askRegistrar(request, registrar, signal);
  } catch (error) {
    const who = registrar.kind === 'authd' ? "the manager's authd" : 'the registrar';
    const cure = registrar.kind === 'authd' ? 'see that wazuh-authd runs' : 'see the log of the daemon';
    return refused(codes.internal, withoutKey(`Cannot ask ${who} (${words(error)}); ${cure}`, request));
  }
}

async function askRegistrar(
  request: RegistrationRequest,
  registrar: Registrar,
  signal: AbortSignal,
): Promise<RegistrationAnswer> {
  const refusalOf = ({ code, text }: Refused): RegistrationAnswer =>
    Number.isInteger(code) && code >= 0 ? refused(code, withoutKey(text, request)) : outOfProtocol('registrar');
  switch (request.type) {
    case 'register-agent': {
      const added = await registrar.add(newAgentOf(request), signal);
      return 'code' in added ? refusalOf(added) : (agentOf(added) ?? outOfProtocol('registrar'));
    }
    case 'remove-agent': {
      const removed = await registrar.remove(request.id, request.purge, signal);
      if ('code' in removed) return refusalOf(removed);
      return removed.id === request.id ? { type: 'agent-removed', id: removed.id } : outOfProtocol('registrar');
    }
    case 'assign-group': {
      const assigned = await registrar.assignGroup(request.id, request.mergedSum, signal);
      if ('code' in assigned) return refusalOf(assigned);
      if (!isGroupName(assigned.group)) return outOfProtocol('registrar');
      return { type: 'group-assigned', id: request.id, group: assigned.group };
    }
  }
}

function newAgentOf({
  type: _,
  ...agent
}: Extract<RegistrationRequest, { readonly type: 'register-agent' }>): NewAgent {
  return agent;
}

/** What the wire takes, and nothing beside. */
function agentOf({ id, name, ip, key }: AddedAgent): AgentRegistered | undefined {
  const fits =
    Number.isInteger(id) &&
    id >= 1 &&
    id <= MAX_AGENT_ID &&
    /^[A-Za-z0-9._-]{2,128}$/.test(name) &&
    /^[0-9A-Za-z.:/]{1,64}$/.test(ip) &&
    /^[0-9a-fA-F]{64,512}$/.test(key);
  return fits ? { type: 'agent-registered', id, name, ip, key } : undefined;
}
