/** Rows of `GET` and `POST /v1/agents/sync` (`reference/agent-info.md` 5), read and written. Pure; never throws. */
import {
  type AgentInfo,
  type AgentStatus,
  agentIdText,
  agentStatuses,
  MAX_AGENT_ID,
  statusCodes,
} from '@muster/protocol';
import { emptyInfo, tidyInfo } from '../info-texts.ts';
import type { ManagerFault, PublishedAgent, SeenAgent } from '../manager.ts';

export const members = ['syncreq', 'syncreq_status', 'syncreq_keepalive'] as const;
export type Member = (typeof members)[number];
export const isMember = (name: string): name is Member => (members as readonly string[]).includes(name);

/** The names of the texts of a full row. */
const columns: readonly (readonly [field: keyof Omit<AgentInfo, 'labels'>, column: string])[] = [
  ['name', 'name'],
  ['ip', 'ip'],
  ['version', 'version'],
  ['osName', 'os_name'],
  ['osVersion', 'os_version'],
  ['osMajor', 'os_major'],
  ['osMinor', 'os_minor'],
  ['osCodename', 'os_codename'],
  ['osBuild', 'os_build'],
  ['osPlatform', 'os_platform'],
  ['osUname', 'os_uname'],
  ['osArch', 'os_arch'],
  ['configSum', 'config_sum'],
  ['mergedSum', 'merged_sum'],
  ['managerHost', 'manager_host'],
  ['nodeName', 'node_name'],
  ['groupConfigStatus', 'group_config_status'],
];

/** Columns of the database that hold texts. */
export const textColumns: readonly string[] = columns.map(([, column]) => column);

type Raw = Readonly<Record<string, unknown>>;
export interface ReadRow {
  readonly agent?: SeenAgent;
  /** The row says that it lives, and not when it was heard: `seenMs` is of now. */
  readonly undated?: boolean;
  readonly fault?: ManagerFault;
}

/** `nothing`: it is of the manager itself. */
export function readRow(member: Member, text: string | undefined, nowMs: number, at: string): ReadRow | 'nothing' {
  const raw = parsed(text);
  if (raw === undefined)
    return {
      fault: {
        at,
        code: 'bad-row',
        text: `a row of ${member} is no JSON object of at most 256 KiB and was passed over; look into the log of wazuh-db`,
      },
    };
  if (raw.id === 0) return 'nothing';
  const id = idOf(raw.id);
  if (id === undefined)
    return {
      fault: {
        at,
        code: 'bad-id',
        text: `a row of ${member} has no id from 1 to ${MAX_AGENT_ID} and was passed over; look into the log of wazuh-db`,
      },
    };
  const status = member === 'syncreq_keepalive' ? 'active' : statusOf(raw.connection_status);
  if (status === undefined)
    return wrong(id, 'bad-status', `its connection_status is none of ${agentStatuses.join(', ')}`);
  const row = { id, status, ...timesOf(member, raw, status, nowMs) };
  return member === 'syncreq' ? fullRow(row, raw) : { agent: row, undated: status !== 'disconnected' };
}

function fullRow(row: SeenAgent, raw: Raw): ReadRow {
  const { info, changed } = tidyInfo(infoOf(raw));
  const agent: SeenAgent = { ...row, info };
  if (!changed) return { agent };
  return {
    agent,
    ...wrong(
      row.id,
      'too-much',
      'it has longer texts, more labels or other characters than can be sent; what did not fit was cut',
    ),
  };
}

const wrong = (id: number, code: string, text: string): { readonly fault: ManagerFault } => ({
  fault: { at: `agent ${agentIdText(id)}`, code, text: `${text} (as wazuh-db has it)` },
});

function parsed(text: string | undefined): Raw | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : undefined;
  } catch {
    return undefined;
  }
}

/** Some versions write it as text. */
export function idOf(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^[0-9]{1,10}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isInteger(id) && id >= 1 && id <= MAX_AGENT_ID ? id : undefined;
}

const statusOf = (value: unknown): AgentStatus | undefined => agentStatuses.find((status) => status === value);

/** Whole seconds of the database as ms. Of the two shorter kinds it tells no time of the last keep-alive: they are of now, but for the agent that went. */
function timesOf(
  member: Member,
  raw: Raw,
  status: AgentStatus,
  nowMs: number,
): Pick<SeenAgent, 'seenMs' | 'disconnectedMs' | 'code'> {
  const disconnected = msOf(raw.disconnection_time);
  const disconnectedMs = status === 'disconnected' ? (disconnected === 0 ? nowMs : disconnected) : 0;
  const keepAlive = member === 'syncreq' ? msOf(raw.last_keepalive) : 0;
  const seenMs = keepAlive > 0 ? keepAlive : status === 'disconnected' ? disconnectedMs : nowMs;
  const code = numberOf(raw.status_code);
  return { seenMs, disconnectedMs, code: statusCodes[code] === undefined ? 0 : code };
}

/** Of anything else than a number, or the text of one: not a number. An object may throw when it is asked for one. */
const numberOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;

/** A second as the database counts it, in ms; 0: never. It is nobody's when it is none, or so far ahead that only the manager itself has it. */
const maxSeconds = 32_503_680_000;
export function msOf(value: unknown): number {
  const seconds = numberOf(value);
  return Number.isInteger(seconds) && seconds > 0 && seconds < maxSeconds ? seconds * 1_000 : 0;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function infoOf(raw: Raw): AgentInfo {
  const texts = columns.map(([field, column]) => [field, textOf(raw[column])] as const);
  const labels = Array.isArray(raw.labels) ? (raw.labels as readonly unknown[]) : [];
  return {
    ...emptyInfo,
    ...Object.fromEntries(texts),
    labels: labels.flatMap((label) => {
      const { key, value } = (typeof label === 'object' && label !== null ? label : {}) as Raw;
      return typeof key === 'string' && key !== '' ? [[key, textOf(value)] as const] : [];
    }),
  };
}

/** A full row, as the master's database takes it. */
export function fullRowOf({ id, seenMs, status, code, disconnectedMs, info, node }: PublishedAgent): Raw {
  const texts = columns.map(([field, column]) => [column, info[field]] as const);
  return {
    ...Object.fromEntries(texts.filter(([, text]) => text !== '')),
    id,
    node_name: node,
    last_keepalive: Math.floor(seenMs / 1_000),
    connection_status: status,
    disconnection_time: Math.floor(disconnectedMs / 1_000),
    status_code: code,
    labels: info.labels.map(([key, value]) => ({ id, key, value })),
  };
}
