/**
 * wazuh-db as the reference has it (`reference/agent-info.md` 3, 5, 6, 7), in memory and without sockets, so
 * that a simulation may call it. What is around it (`./serve`, `./double-sockets`) delays, cuts and breaks.
 */
import { Buffer } from 'node:buffer';
import type { AgentInfo } from '@muster/protocol';
import type { HttpAnswer, HttpRequest } from '../sockets.ts';
import {
  aliveOf,
  type DbRow,
  fullOf,
  globalHash,
  newRow,
  raise,
  type SyncFlag,
  setGroups,
  statusOf,
  textsOf,
  update,
} from './wazuh-db-rows.ts';

export interface WazuhDbDouble {
  /** One text command of `queue/db/wdb`, without its frame. */
  handle(request: Uint8Array): Uint8Array;
  /** One request of `queue/sockets/wdb-http.sock`. */
  http(request: HttpRequest): HttpAnswer;
  /** By id. */
  readonly rows: Map<number, DbRow>;
  /** Client.keys got, or lost, a line. */
  insert(id: number, name: string, ip: string): void;
  remove(id: number): void;
  /** Remoted heard that the agent starts, shuts down, or sends a keep-alive; `info`: what it says anew. */
  starts(id: number): void;
  shutsDown(id: number): void;
  keepsAlive(id: number, info?: AgentInfo): void;
  readonly globalHash: () => string | null;
}

export interface WazuhDbDoubleOptions {
  /** Rows of a worker are flagged to be sent, those of a master are not. */
  readonly role: 'master' | 'worker';
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Bytes after which an answer ends and more is due. */
  readonly answerBytes?: number;
}

const rowsAs = { syncreq: fullOf, syncreq_status: statusOf, syncreq_keepalive: aliveOf } as const;
type Kind = keyof typeof rowsAs;

export function wazuhDbDouble(options: WazuhDbDoubleOptions): WazuhDbDouble {
  const { role, now } = options;
  const rows = new Map<number, DbRow>();
  /** Agents that started and have sent no keep-alive since. */
  const started = new Set<number>();
  const heard = (id: number, flag: SyncFlag, change: Partial<DbRow>): void => {
    const row = rows.get(id);
    if (row === undefined) return;
    Object.assign(row, change);
    if (role === 'worker') raise(row, flag);
  };
  return {
    rows,
    handle: (request) => Buffer.from(answered(rows, Buffer.from(request).toString('utf8'), options)),
    http: (request) => httpAnswered(rows, request, now()),
    insert: (id, name, ip) => {
      if (!rows.has(id)) rows.set(id, newRow(id, name, ip));
    },
    remove: (id) => void rows.delete(id),
    starts: (id) => {
      started.add(id);
      heard(id, 'syncreq_status', {
        connection_status: 'pending',
        status_code: 0,
        disconnection_time: 0,
        last_keepalive: now(),
      });
    },
    shutsDown: (id) =>
      heard(id, 'syncreq_status', { connection_status: 'disconnected', status_code: 3, disconnection_time: now() }),
    keepsAlive: (id, info) => {
      const isFull = started.delete(id) || info !== undefined;
      const said = info === undefined ? {} : { texts: textsOf(info), labels: info.labels };
      const alive = {
        last_keepalive: now(),
        connection_status: 'active',
        status_code: 0,
        disconnection_time: 0,
      } as const;
      heard(id, isFull ? 'syncreq' : 'syncreq_keepalive', { ...said, ...alive });
    },
    globalHash: () => globalHash(rows.values()),
  };
}

const jsonOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

function httpAnswered(rows: Map<number, DbRow>, { method, url, body }: HttpRequest, nowSeconds: number): HttpAnswer {
  if (url !== '/v1/agents/sync') return { status: 404, body: Buffer.from('no such thing') };
  if (method === 'GET') return { status: 200, body: jsonOf(readFlagged(rows)) };
  const chunks = parsed(Buffer.from(body ?? []).toString('utf8'));
  if (chunks === undefined) return { status: 400, body: Buffer.from('no JSON') };
  for (const kind of Object.keys(rowsAs))
    for (const raw of (chunks[kind] ?? []) as readonly Record<string, unknown>[]) {
      const row = rows.get(Number(raw.id));
      if (row !== undefined) update(row, kind, raw, nowSeconds);
    }
  return { status: 200, body: new Uint8Array(0) };
}

/** Reading resets the flags. Members without rows are left out. */
function readFlagged(rows: Map<number, DbRow>): Record<string, unknown> {
  const answer: Partial<Record<Kind, unknown[]>> = {};
  for (const row of rows.values()) {
    const kind = row.sync_status;
    if (kind === 'synced') continue;
    const list = answer[kind] ?? [];
    list.push(rowsAs[kind](row));
    answer[kind] = list;
    row.sync_status = 'synced';
  }
  return answer;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function answered(rows: Map<number, DbRow>, command: string, options: WazuhDbDoubleOptions): string {
  const [database, name = '', ...rest] = command.split(' ');
  const argument = parsed(rest.join(' '));
  if (database !== 'global') return 'err no such database';
  if (name === 'recalculate-agent-group-hashes') return 'ok';
  if (name === 'sql') return queried(rows, rest.join(' '));
  if (argument === undefined) return 'err the argument is no JSON';
  if (name === 'sync-agent-groups-get') return groupsPage(rows, argument, options.answerBytes ?? 64 * 1024);
  if (name === 'set-agent-groups') return setAllGroups(rows, argument);
  return 'err no such command';
}

function groupsPage(rows: Map<number, DbRow>, argument: Record<string, unknown>, maxBytes: number): string {
  const { condition, set_synced: setSynced, get_global_hash: getHash, last_id: lastId = 0 } = argument;
  const wanted = [...rows.values()]
    .filter(
      ({ id, group_sync_status }) => id > Number(lastId) && (condition === 'all' || group_sync_status === 'syncreq'),
    )
    .sort((one, other) => one.id - other.id);
  const data: unknown[] = [];
  let bytes = 0;
  for (const row of wanted) {
    const one = { id: row.id, name: row.name, groups: row.groups };
    bytes += JSON.stringify(one).length;
    if (bytes > maxBytes) return `due ${JSON.stringify([{ data }])}`;
    data.push(one);
    if (setSynced === true) row.group_sync_status = 'synced';
  }
  return `ok ${JSON.stringify([{ data, ...(getHash === true ? { hash: globalHash(rows.values()) } : {}) }])}`;
}

/** The two queries that are asked: when these were heard, and agents of a node that were heard since. */
function queried(rows: Map<number, DbRow>, query: string): string {
  const these = /^select id, last_keepalive from agent where id in \(([\d,]+)\)$/.exec(query);
  if (these === null) return ownRows(rows, query);
  const ids = these[1]!.split(',').map(Number);
  const found = ids.flatMap((id) => rows.get(id) ?? []);
  return `ok ${JSON.stringify(found.map(({ id, last_keepalive }) => ({ id, last_keepalive })))}`;
}

function ownRows(rows: Map<number, DbRow>, query: string): string {
  const asked = /id > (\d+) .*node_name = '([^']*)'.*disconnection_time >= (\d+)\).* limit (\d+)$/.exec(query);
  if (asked === null) return 'err no such query';
  const [after, since, limit] = [Number(asked[1]), Number(asked[3]), Number(asked[4])];
  const found = [...rows.values()]
    .filter((row) => row.id > after && row.last_keepalive > 0 && row.texts.node_name === asked[2])
    .filter((row) => row.last_keepalive >= since || row.disconnection_time >= since)
    .sort((one, other) => one.id - other.id);
  return `ok ${JSON.stringify(found.slice(0, limit).map(({ labels: _, ...row }) => ({ ...fullOf({ ...row, labels: [] }), labels: undefined })))}`;
}

/** `override` makes an agent that is not there, if it has a name. One agent that fails fails the command; the others are set. */
function setAllGroups(rows: Map<number, DbRow>, argument: Record<string, unknown>): string {
  const { mode, sync_status: sync, data = [] } = argument;
  let failed = false;
  for (const raw of data as readonly { id?: number; name?: string; groups?: readonly string[] }[]) {
    const { id, name, groups = [] } = raw;
    if (id === undefined || (!rows.has(id) && name === undefined)) {
      failed = true;
      continue;
    }
    if (!rows.has(id)) rows.set(id, newRow(id, name!, '0.0.0.0'));
    const row = rows.get(id)!;
    if (mode === 'override' || row.groups.length === 0)
      setGroups(row, groups, sync === 'syncreq' ? 'syncreq' : 'synced');
  }
  return failed ? 'err some groups could not be set' : 'ok';
}
