/** Registration by the manager's own daemons: authd and remoted over their sockets (`reference/links.md` 7, `agent-info.md` 2 and 8). */
import { Buffer } from 'node:buffer';
import { agentIdText, isGroupName } from '@muster/protocol';
import { tidyText } from '../info-texts.ts';
import { ManagerError } from '../manager-error.ts';
import type { AddedAgent, Refused, Registrar } from '../registrar.ts';
import type { LocalSockets } from '../sockets.ts';
import { idOf } from '../wazuh-db/rows.ts';
import { badAnswer, socketFailed } from '../wazuh-db/wdb.ts';
import { faultOf, isAgentId, refused } from './valid.ts';

export const authSocket = 'queue/sockets/auth';
export const remoteSocket = 'queue/sockets/remote';
const limits = { maxBytes: 64 * 1024, timeoutMs: 20_000 };

type Json = Readonly<Record<string, unknown>>;
type Ask = (at: string, request: Json, signal: AbortSignal) => Promise<Json>;

/** Each call is one request. Rejects with a `ManagerError`; then whether it was done is not known, and the answer to a repetition tells (9008, 9011). */
export function authdRegistrar(sockets: LocalSockets, root: string): Registrar {
  const ask: Ask = async (at, request, signal) => {
    const bytes = await sockets
      .exchange(`${root}/${at}`, Buffer.from(JSON.stringify(request)), limits, signal)
      .catch((error: unknown) => {
        throw socketFailed(at, error);
      });
    return jsonOf(bytes) ?? fail(at);
  };
  return {
    kind: 'authd',
    add: async (agent, signal) => {
      const fault = faultOf(agent);
      if (fault !== undefined) return fault;
      const { name, ip, groups, keyHash, id, key } = agent;
      const answer = await ask(
        authSocket,
        {
          function: 'add',
          arguments: {
            name,
            ip,
            ...(groups === undefined || groups.length === 0 ? {} : { groups: groups.join(',') }),
            ...(keyHash === undefined ? {} : { key_hash: keyHash }),
            ...(id === undefined ? {} : { id: agentIdText(id) }),
            ...(key === undefined ? {} : { key }),
          },
        },
        signal,
      );
      return refusalOf(answer) ?? addedOf(answer) ?? fail(authSocket);
    },
    remove: async (id, purge, signal) => {
      if (!isAgentId(id)) return refused('noId', 'there is no such id');
      const answer = await ask(authSocket, { function: 'remove', arguments: { id: agentIdText(id), purge } }, signal);
      return refusalOf(answer) ?? (answer.error === 0 ? { id } : fail(authSocket));
    },
    assignGroup: async (id, mergedSum, signal) => {
      if (!isAgentId(id)) return refused('noId', 'there is no such id');
      const request = { command: 'assigngroup', parameters: { agent: agentIdText(id), md5: mergedSum } };
      const answer = await ask(remoteSocket, request, signal);
      return refusalOf(answer) ?? groupOf(answer) ?? fail(remoteSocket);
    },
  };
}

function fail(at: string): never {
  throw badAnswer(at);
}

function jsonOf(bytes: Uint8Array): Json | undefined {
  try {
    // authd ends some of its answers with a NUL.
    const text = Buffer.from(bytes).toString('utf8').replace(/\0+$/, '');
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** `{error, message}`. One that is no code of authd's is none that may be passed on. */
function refusalOf({ error, message }: Json): Refused | undefined {
  if (error === undefined || error === 0) return undefined;
  if (typeof error !== 'number' || !Number.isInteger(error) || error < 0)
    throw new ManagerError(
      authSocket,
      'bad-answer',
      'it answered with an error that is no number; look into the log of authd',
    );
  return { code: error, text: tidyText(typeof message === 'string' ? message : 'it did not say why', 1_000) };
}

function addedOf({ data }: Json): AddedAgent | undefined {
  const { id: rawId, name, ip, key } = (typeof data === 'object' && data !== null ? data : {}) as Json;
  const id = idOf(rawId);
  if (id === undefined || typeof name !== 'string' || typeof ip !== 'string' || typeof key !== 'string')
    return undefined;
  const added = { id, name, ip, key };
  return faultOf(added) === undefined ? added : undefined;
}

/** By itself or within `data`, as other answers of remoted. Of several groups the first. */
function groupOf({ group, data }: Json): { readonly group: string } | undefined {
  const inner = typeof data === 'object' && data !== null ? (data as Json).group : undefined;
  const text = group ?? inner;
  const [first = ''] = typeof text === 'string' ? text.split(',') : [];
  return isGroupName(first) ? { group: first } : undefined;
}
