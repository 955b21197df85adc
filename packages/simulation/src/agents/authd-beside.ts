/** authd and remoted beside the master, at the level of requests (`reference/agent-info.md` 2, 8, `reference/links.md` 7). */
import type { Neighbour } from '../neighbours/index.ts';
import type { SimNode } from '../world/world.ts';
import type { ManagerBeside } from './beside.ts';
import { addKeys, highestId, keysOf, removeKeys } from './keys.ts';

type Fields = Readonly<Record<string, unknown>>;

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const refusal = (error: number, message: string): Fields => ({ error, message });

/** No two of a run are equal. */
const keyOf = (id: number, name: string): string =>
  Buffer.from(`authd ${id} ${name} `.padEnd(32, 'y')).toString('hex').slice(0, 64);

function decoded(request: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(request));
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

export function authd(node: SimNode, beside: ManagerBeside | undefined): Neighbour {
  const add = ({ name, ip, id: wanted, key: given, groups }: Fields): Fields => {
    if (typeof name !== 'string') return refusal(9005, 'No such name');
    if (typeof ip !== 'string') return refusal(9006, 'No such IP');
    const keys = keysOf(node);
    for (const one of keys.values()) {
      if (one.name === name) return refusal(9008, 'Duplicate name');
      if (ip !== 'any' && one.ip === ip) return refusal(9007, 'Duplicate IP');
    }
    const id = wanted === undefined ? highestId(node) + 1 : Number(wanted);
    if (keys.has(id)) return refusal(9012, 'Duplicate ID');
    const key = typeof given === 'string' ? given : keyOf(id, name);
    addKeys(node, [{ id, name, ip, key }]);
    const list = typeof groups === 'string' ? groups.split(',') : Array.isArray(groups) ? groups.map(String) : [];
    if (list.length > 0) beside?.assign({ id, name }, list);
    return { error: 0, data: { id: String(id).padStart(3, '0'), name, ip, key } };
  };
  const remove = ({ id, purge }: Fields): Fields => {
    if (id === undefined) return refusal(9010, 'No such ID');
    if (!keysOf(node).has(Number(id))) return refusal(9011, 'Agent ID not found');
    removeKeys(node, new Set([Number(id)]), purge !== true && purge !== 1);
    return { error: 0, data: 'Agent deleted successfully.' };
  };
  const answer = (request: Uint8Array): Fields => {
    const asked = decoded(request);
    if (asked === undefined) return refusal(9002, 'Invalid JSON');
    const given = asked.arguments;
    if (typeof given !== 'object' || given === null) return refusal(9004, 'No such argument');
    if (asked.function === 'add') return add(given as Fields);
    return asked.function === 'remove' ? remove(given as Fields) : refusal(9003, 'No such function');
  };
  return {
    exchange: (request) => encode(answer(request)),
    refusal: () => encode(refusal(9001, 'Internal error')),
  };
}

/** It picks a group for an agent that has none. */
export function remoted(beside: ManagerBeside | undefined): Neighbour {
  return {
    exchange: (request) => {
      const { command, parameters } = decoded(request) ?? {};
      const id = Number((parameters as Fields | undefined)?.agent);
      if (command !== 'assigngroup' || !Number.isInteger(id)) return encode({ error: 1, message: 'Invalid request' });
      const group = beside?.groups().get(id)?.join(',') ?? 'default';
      if (group === 'default') beside?.assign({ id, name: '' }, ['default']);
      return encode({ error: 0, message: 'ok', data: { group } });
    },
    refusal: () => encode({ error: 1, message: 'Internal error' }),
  };
}
