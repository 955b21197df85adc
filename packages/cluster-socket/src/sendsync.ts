/**
 * The three requests that the manager's own daemons make through a worker, and no others: authd's add and remove,
 * remoted's assigngroup (`reference/links.md` 7, `agent-info.md` 8). Pure.
 */
import { Buffer } from 'node:buffer';
import {
  type AgentRegistered,
  type AgentRemoved,
  type AssignGroup,
  agentIdText,
  type GroupAssigned,
  type RegisterAgent,
  type RegistrationRefused,
  type RemoveAgent,
} from '@muster/protocol';
import { fine, type Outcome, refused } from './outcome.ts';

export type RegistrationRequest = RegisterAgent | RemoveAgent | AssignGroup;
export type RegistrationReply = AgentRegistered | AgentRemoved | GroupAssigned | RegistrationRefused;

/** What a payload asks for: a request, or an answer that needs nobody, in the daemon's own JSON. */
export type SendSync =
  | { readonly type: 'request'; readonly request: RegistrationRequest }
  | { readonly type: 'answer'; readonly answer: Uint8Array };

type Json = Readonly<Record<string, unknown>>;

/** Refused as a whole: what is no request, and every daemon but these two. */
export function sendSyncOf(payload: string): Outcome<SendSync> {
  const written = objectOf(payload);
  const message = typeof written?.message === 'string' ? objectOf(written.message) : written?.message;
  if (written === undefined || !isObject(message)) {
    return refused(3016, 'The payload must be JSON: {"daemon_name": "authd" or "remoted", "message": {…}}');
  }
  if (written.daemon_name === 'authd') return authd(message);
  if (written.daemon_name === 'remoted') return remoted(message);
  return refused(3016, otherDaemon(written.daemon_name));
}

/** Of names that are known only: what a client sends is not sent back. */
function otherDaemon(name: unknown): string {
  const named = name === 'task-manager' || name === 'wazuh-db' ? name : 'This daemon';
  return `${named} is not reached through Muster: only add and remove of authd and assigngroup of remoted are forwarded. Ask it on the master`;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectOf(text: string): Json | undefined {
  try {
    // Programs in C may end it with a NUL.
    const value: unknown = JSON.parse(text.replace(/\0+$/, ''));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function authd({ function: operation, arguments: given }: Json): Outcome<SendSync> {
  if (operation !== 'add' && operation !== 'remove') {
    return answered(9003, 'Only the functions add and remove are forwarded');
  }
  if (!isObject(given)) return answered(9004, 'There are no arguments');
  return operation === 'add' ? add(given) : remove(given);
}

function add({ name, ip, groups, key_hash: keyHash, id: rawId, key }: Json): Outcome<SendSync> {
  if (typeof name !== 'string') return answered(9005, 'There is no name');
  if (typeof ip !== 'string') return answered(9006, 'There is no address');
  const id = isAbsent(rawId) ? undefined : idOf(rawId);
  if (!isAbsent(rawId) && id === undefined) return answered(9010, 'The id is no number');
  const names = isAbsent(groups) ? undefined : groupsOf(groups);
  if (!isAbsent(groups) && names === undefined) return answered(9014, 'The groups are no text');
  return fine({
    type: 'request',
    request: {
      type: 'register-agent',
      name,
      ip,
      ...(names === undefined ? {} : { groups: [...names] }),
      ...(typeof keyHash === 'string' && keyHash !== '' ? { keyHash } : {}),
      ...(id === undefined ? {} : { id }),
      ...(typeof key === 'string' && key !== '' ? { key } : {}),
    },
  });
}

function remove({ id: rawId, purge }: Json): Outcome<SendSync> {
  const id = idOf(rawId);
  if (id === undefined) return answered(9010, 'There is no id');
  return fine({ type: 'request', request: { type: 'remove-agent', id, purge: purge === true || purge === 1 } });
}

function remoted({ command, parameters }: Json): Outcome<SendSync> {
  if (command !== 'assigngroup') return answered(9003, 'Only the command assigngroup is forwarded');
  if (!isObject(parameters)) return answered(9004, 'There are no parameters');
  const id = idOf(parameters.agent);
  if (id === undefined) return answered(9010, 'There is no agent');
  if (typeof parameters.md5 !== 'string') return answered(9004, 'There is no md5');
  return fine({ type: 'request', request: { type: 'assign-group', id, mergedSum: parameters.md5 } });
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** As `001` or 1. */
function idOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  return typeof value === 'string' && /^[0-9]{1,10}$/.test(value) ? Number(value) : undefined;
}

function groupsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(',');
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}

const answered = (error: number, message: string): Outcome<SendSync> =>
  fine({ type: 'answer', answer: jsonOf({ error, message }) });

/** The registrar's reply as the daemon would have written it. */
export function sendSyncAnswer(reply: RegistrationReply): Uint8Array {
  switch (reply.type) {
    case 'agent-registered': {
      const { id, name, ip, key } = reply;
      return jsonOf({ error: 0, data: { id: agentIdText(id), name, ip, key } });
    }
    case 'agent-removed':
      return jsonOf({ error: 0, data: 'Agent removed' });
    case 'group-assigned':
      // Of those who read it, some look for the group within `data`.
      return jsonOf({ error: 0, message: 'ok', data: { group: reply.group }, group: reply.group });
    case 'registration-refused':
      return jsonOf({ error: reply.code, message: reply.text });
  }
}

const jsonOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
