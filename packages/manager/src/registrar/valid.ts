/** What may be registered. Pure. */
import { isGroupName, MAX_AGENT_ID, MAX_GROUPS } from '@muster/protocol';
import type { NewAgent, Refused } from '../registrar.ts';

/** authd's codes (`reference/agent-info.md` 2). */
export const authdCodes = {
  internal: 9001,
  badJson: 9002,
  noFunction: 9003,
  noArgument: 9004,
  noName: 9005,
  noIp: 9006,
  duplicateIp: 9007,
  duplicateName: 9008,
  keyGeneration: 9009,
  noId: 9010,
  idNotFound: 9011,
  duplicateId: 9012,
  maxAgents: 9013,
  badGroups: 9014,
  workerNode: 9015,
} as const;

export const refused = (code: keyof typeof authdCodes, text: string): Refused => ({ code: authdCodes[code], text });

const agentName = /^(?!\.{1,2}$)[A-Za-z0-9._-]{2,128}$/;
const agentKey = /^[0-9a-fA-F]{64,512}$/;
const keyHash = /^[0-9a-f]{40}$/;

export const isAgentId = (id: number): boolean => Number.isInteger(id) && id >= 1 && id <= MAX_AGENT_ID;

/** Why not; `undefined`: it may. */
export function faultOf({ name, ip, groups = [], key, keyHash: hash, id }: NewAgent): Refused | undefined {
  if (!agentName.test(name))
    return refused(
      'noName',
      'the name of an agent is 2 to 128 letters, digits, ".", "_" or "-", and not ".."; choose such a name',
    );
  if (!isAgentIp(ip))
    return refused('noIp', 'the address of an agent is "any", an IPv4 or IPv6 address, or CIDR; give such an address');
  if (groups.length > MAX_GROUPS || !groups.every(isGroupName))
    return refused(
      'badGroups',
      `an agent has at most ${MAX_GROUPS} groups, of letters, digits, ".", "_" and "-"; give such groups`,
    );
  if (id !== undefined && !isAgentId(id)) return refused('noId', `an id is a whole number from 1 to ${MAX_AGENT_ID}`);
  if (key !== undefined && !agentKey.test(key))
    return refused('noArgument', 'a key is 64 to 512 hexadecimal digits; give such a key, or none');
  if (hash !== undefined && !keyHash.test(hash))
    return refused('noArgument', 'the hash of a key is 40 hexadecimal digits');
  return undefined;
}

/** `any`, an address, or one with the length of its network. */
export function isAgentIp(text: string): boolean {
  if (text === 'any') return true;
  const [address = '', length, ...more] = text.split('/');
  if (more.length > 0 || text.length > 64) return false;
  const bits = isIpv4(address) ? 32 : isIpv6(address) ? 128 : 0;
  if (bits === 0) return false;
  return length === undefined || (/^[0-9]{1,3}$/.test(length) && Number(length) <= bits);
}

const isIpv4 = (text: string): boolean => {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
};

/** Groups of up to four hexadecimal digits, once shortened by `::`; the last two may be an IPv4 address. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const all = groups.flat();
  const last = all.at(-1);
  const hasIpv4 = last !== undefined && isIpv4(last) && groups.at(-1)!.length > 0;
  const plain = hasIpv4 ? all.slice(0, -1) : all;
  const count = plain.length + (hasIpv4 ? 2 : 0);
  return plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && (halves.length === 2 ? count <= 7 : count === 8);
}
