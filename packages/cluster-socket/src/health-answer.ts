/** The answer to `get_health`: keys and types of 4.14 (`reference/cli-api.md` 4). Pure. */
import { type Healthcheck, type HealthcheckRow, peerHost } from '@muster/protocol';
import { fine, type Outcome, refused } from './outcome.ts';

/** The names that are asked for; undefined: all. */
export function healthNames(payload: string): Outcome<readonly string[] | undefined> {
  if (payload.trim() === '') return fine(undefined);
  try {
    const value: unknown = JSON.parse(payload);
    if (value === null) return fine(undefined);
    if (typeof value === 'string') return fine([value]);
    if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return fine(value);
  } catch {
    // Told below, as all else that is no list.
  }
  return refused(1000, 'The payload of get_health must be a JSON list of names, or null');
}

/** Nodes that are not linked are not in it, as in the reference. `wallMs`: now, ms since 1970. */
export function healthAnswer({ rows }: Healthcheck, wallMs: number): object {
  const linked = rows.filter(({ role, lastKeepAliveAgoMs }) => role === 'master' || lastKeepAliveAgoMs !== undefined);
  return {
    n_connected_nodes: linked.filter(({ role }) => role === 'worker').length,
    nodes: Object.fromEntries(linked.map((row) => [row.name, nodeOf(row, wallMs)])),
  };
}

function nodeOf(row: HealthcheckRow, wallMs: number): object {
  const { name, role: type, version, address, activeAgents } = row;
  const ip = peerHost(address);
  const info = { name, type, version: version.replace(/^v/, ''), ip, n_active_agents: activeAgents };
  return type === 'master' ? { info } : { info, status: statusOf(row, wallMs) };
}

function statusOf({ work, lastKeepAliveAgoMs }: HealthcheckRow, wallMs: number): object {
  const at = (agoMs: number | undefined): string => (agoMs === undefined ? never : utcText(wallMs - agoMs));
  const span = (done: Span | undefined) => ({ start: at(done?.startAgoMs), end: at(done?.endAgoMs) });
  const onMaster = (done: Span | undefined) => {
    const { start, end } = span(done);
    return { date_start_master: start, date_end_master: end };
  };
  const chunks = (done: (Span & { readonly chunks: number }) | undefined) => {
    const { start, end } = span(done);
    return { date_start: start, date_end: end, n_synced_chunks: done?.chunks ?? 0 };
  };
  return {
    sync_integrity_free: work?.syncing !== true,
    last_check_integrity: onMaster(work?.checked),
    last_sync_integrity: {
      ...onMaster(work?.synced),
      total_extra_valid: 0,
      total_files: filesOf(work?.synced),
    },
    sync_agent_info_free: work?.sendingAgents !== true,
    last_sync_agentinfo: { ...onMaster(work?.agentInfo), n_synced_chunks: work?.agentInfo?.chunks ?? 0 },
    last_sync_agentgroup: chunks(work?.agentGroups),
    last_sync_full_agentgroup: chunks(work?.agentGroupsFull),
    last_keep_alive: at(lastKeepAliveAgoMs),
  };
}

interface Span {
  readonly startAgoMs: number;
  readonly endAgoMs: number;
}

const never = 'n/a';

/** Four keys before the first sync, three after one: so in the reference. */
const filesOf = (synced: NonNullable<HealthcheckRow['work']>['synced']): object =>
  synced === undefined
    ? { missing: 0, shared: 0, extra: 0, extra_valid: 0 }
    : { missing: synced.missing, shared: synced.shared, extra: synced.extra };

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ`, with the microseconds that `wallMs` has. */
export function utcText(wallMs: number): string {
  const micros = Math.round(wallMs * 1_000);
  const seconds = new Date(Math.floor(micros / 1_000_000) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${String(((micros % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0')}Z`;
}
