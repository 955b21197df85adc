/** The text that an agent and an authd exchange over TLS (`reference/agent-info.md` 2). */

/** What an agent asks for. */
export interface EnrolRequest {
  readonly name: string;
  /** `any`, an address or CIDR. */
  readonly ip: string;
  readonly groups?: readonly string[];
  /** SHA-1 of `<id> <name> <ip> <key>` that it has already, 40 hex digits. */
  readonly keyHash?: string;
}

/** What it is given. */
export interface Enrolled {
  /** At least 1. */
  readonly id: number;
  readonly name: string;
  readonly ip: string;
  readonly key: string;
}

/** Why it is given nothing, in words for the agent's log. */
export interface Refusal {
  readonly refused: string;
}

/** Bytes of a request; more is no name with groups. */
export const maxRequestBytes = 8_192;

/**
 * Reads `OSSEC A:'name'` with optional ` V:'version'`, ` G:'group,group'`, ` IP:'address'` (`src`: where it comes
 * from) and ` K:'sha1'`, in any order, each once. Without IP the agent may come from anywhere.
 */
export function readRequest(line: string, sourceAddress: string): EnrolRequest | Refusal {
  const match = /^OSSEC A:'([^']*)'((?: [A-Z]{1,2}:'[^']*')*)\s*$/.exec(line);
  if (match === null) return refusal("the request is not understood; it begins with OSSEC A:'name'");
  const fields = new Map<string, string>();
  for (const [, field = '', value = ''] of (match[2] ?? '').matchAll(/ ([A-Z]+):'([^']*)'/g)) {
    if (!['V', 'G', 'IP', 'K'].includes(field)) return refusal(`there is no field ${field}`);
    if (fields.has(field)) return refusal(`${field} is given twice`);
    fields.set(field, value);
  }
  return checked(match[1] ?? '', fields, sourceAddress);
}

function checked(name: string, fields: ReadonlyMap<string, string>, source: string): EnrolRequest | Refusal {
  if (!/^[A-Za-z0-9._-]{2,128}$/.test(name)) return refusal('a name is 2 to 128 letters, digits, dots, dashes');
  const ip = fields.get('IP') ?? 'any';
  if (!/^[0-9A-Za-z.:/]{1,64}$/.test(ip)) return refusal('IP is any, src, an address or CIDR');
  const groups = fields.get('G')?.split(',');
  if (groups?.some((group) => !/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/.test(group)))
    return refusal('G is names of groups, joined by commas');
  const keyHash = fields.get('K');
  if (keyHash !== undefined && !/^[0-9a-f]{40}$/.test(keyHash)) return refusal('K is a SHA-1, 40 hex digits');
  return {
    name,
    ip: ip === 'src' ? source.replace(/^::ffff:/, '') : ip,
    ...(groups === undefined ? {} : { groups }),
    ...(keyHash === undefined ? {} : { keyHash }),
  };
}

const refusal = (refused: string): Refusal => ({ refused });

/** The request as an agent sends it. */
export const requestLine = ({ name, groups, ip }: { name: string; groups?: readonly string[]; ip?: string }): string =>
  `OSSEC A:'${name}'${groups === undefined ? '' : ` G:'${groups.join(',')}'`}${ip === undefined ? '' : ` IP:'${ip}'`}\n`;

/** The answer to it, whole. */
export function answerText(outcome: Enrolled | Refusal): string {
  if ('refused' in outcome) return `ERROR: ${outcome.refused.replace(/\p{Cc}+/gu, ' ')}. Unable to add agent\n\n`;
  const { id, name, ip, key } = outcome;
  return `OSSEC K:'${String(id).padStart(3, '0')} ${name} ${ip} ${key}'\n\n`;
}

/** A master that cannot be asked is told of so (`reference/agent-info.md` 2; the spelling is what agents know). */
export const noMasterText = 'ERROR: Cannot comunicate with master\n\n';

/** What an agent makes of the answer's first line. */
export function readAnswer(line: string): Enrolled | Refusal {
  const [, id, name, ip, key] = /^OSSEC K:'(\d{1,10}) (\S+) (\S+) (\S+)'$/.exec(line) ?? [];
  if (id !== undefined && name !== undefined && ip !== undefined && key !== undefined)
    return { id: Number(id), name, ip, key };
  return refusal(line.startsWith('ERROR: ') ? line.slice(7) : 'the answer is not understood');
}
