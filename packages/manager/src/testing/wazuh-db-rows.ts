/** The table of agents of a wazuh-db double (`reference/agent-info.md` 3, 5 and 6). */
import { createHash, hash } from 'node:crypto';
import type { AgentInfo, AgentStatus } from '@muster/protocol';

export type SyncFlag = 'synced' | 'syncreq' | 'syncreq_status' | 'syncreq_keepalive';

export interface DbRow {
  readonly id: number;
  name: string;
  ip: string;
  /** Texts by column, `os_name`, …; what is unknown is left out. */
  texts: Record<string, string>;
  labels: readonly (readonly [key: string, value: string])[];
  /** Seconds since 1970; 0: never. */
  last_keepalive: number;
  connection_status: AgentStatus;
  disconnection_time: number;
  status_code: number;
  sync_status: SyncFlag;
  groups: readonly string[];
  group_hash: string | undefined;
  group_sync_status: 'synced' | 'syncreq';
}

export const newRow = (id: number, name: string, ip: string): DbRow => ({
  id,
  name,
  ip,
  texts: {},
  labels: [],
  last_keepalive: 0,
  connection_status: 'never_connected',
  disconnection_time: 0,
  status_code: 0,
  sync_status: 'synced',
  groups: [],
  group_hash: undefined,
  group_sync_status: 'synced',
});

/** By how much a flag asks for; it only rises until it is read. */
const weight: Readonly<Record<SyncFlag, number>> = { synced: 0, syncreq_keepalive: 1, syncreq_status: 2, syncreq: 3 };

export function raise(row: DbRow, flag: SyncFlag): void {
  if (weight[flag] > weight[row.sync_status]) row.sync_status = flag;
}

const columnOf: Readonly<Record<string, keyof AgentInfo>> = {
  version: 'version',
  os_name: 'osName',
  os_version: 'osVersion',
  os_major: 'osMajor',
  os_minor: 'osMinor',
  os_codename: 'osCodename',
  os_build: 'osBuild',
  os_platform: 'osPlatform',
  os_uname: 'osUname',
  os_arch: 'osArch',
  config_sum: 'configSum',
  merged_sum: 'mergedSum',
  manager_host: 'managerHost',
  node_name: 'nodeName',
  group_config_status: 'groupConfigStatus',
};

export const textColumns = Object.keys(columnOf);

/** What an agent said, as the columns of its row. */
export function textsOf(info: AgentInfo): Record<string, string> {
  const all = Object.entries(columnOf).map(([column, field]) => [column, String(info[field])] as const);
  return Object.fromEntries(all.filter(([, text]) => text !== ''));
}

/** The full row of `GET /v1/agents/sync`. */
export const fullOf = (row: DbRow): Record<string, unknown> => ({
  id: row.id,
  name: row.name,
  ip: row.ip,
  ...row.texts,
  last_keepalive: row.last_keepalive,
  connection_status: row.connection_status,
  disconnection_time: row.disconnection_time,
  status_code: row.status_code,
  labels: row.labels.map(([key, value]) => ({ id: row.id, key, value })),
});

export const statusOf = (row: DbRow): Record<string, unknown> => ({
  id: row.id,
  version: row.texts.version,
  connection_status: row.connection_status,
  disconnection_time: row.disconnection_time,
  status_code: row.status_code,
});

export const aliveOf = (row: DbRow): Record<string, unknown> => ({ id: row.id, version: row.texts.version });

/** Full, status and keep-alive rows of a `POST`; each an update of a row that is there, others go unseen. */
export function update(row: DbRow, kind: string, raw: Record<string, unknown>, nowSeconds: number): void {
  if (kind === 'syncreq_keepalive') {
    Object.assign(row, {
      last_keepalive: nowSeconds,
      connection_status: 'active',
      disconnection_time: 0,
      status_code: 0,
    });
  } else {
    row.connection_status = raw.connection_status as AgentStatus;
    row.disconnection_time = Number(raw.disconnection_time ?? 0);
    row.status_code = Number(raw.status_code ?? 0);
  }
  if (kind === 'syncreq') {
    row.last_keepalive = Number(raw.last_keepalive);
    row.texts = Object.fromEntries(
      textColumns.flatMap((column) => (raw[column] === undefined ? [] : [[column, String(raw[column])]])),
    );
    const labels = (raw.labels ?? []) as readonly { readonly key: string; readonly value: string }[];
    row.labels = labels.map(({ key, value }) => [key, value] as const);
  } else if (raw.version !== undefined) row.texts.version = String(raw.version);
  row.sync_status = 'synced';
}

export function setGroups(row: DbRow, groups: readonly string[], sync: DbRow['group_sync_status']): void {
  row.groups = groups;
  row.group_hash = groups.length === 0 ? undefined : hash('sha256', groups.join(), 'hex').slice(0, 8);
  row.group_sync_status = sync;
}

/** SHA-1 over the hashes of all agents in the order of their ids; null when none has one. */
export function globalHash(rows: Iterable<DbRow>): string | null {
  const hashes = [...rows]
    .filter(({ id }) => id !== 0)
    .sort((one, other) => one.id - other.id)
    .flatMap(({ group_hash }) => group_hash ?? []);
  if (hashes.length === 0) return null;
  const sum = createHash('sha1');
  for (const each of hashes) sum.update(each);
  return sum.digest('hex');
}
