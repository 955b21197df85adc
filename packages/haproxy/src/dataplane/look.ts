/** How HAProxy runs: its process and the servers of the backend. */
import type { AdminState, Instance, Server } from '../driver.ts';
import {
  countIn,
  isJson,
  type Json,
  jsonOf,
  listOf,
  objectIn,
  textIn,
  unexpected,
  wrongShape,
} from '../http/answer.ts';
import { checkNames } from '../runtime/words.ts';
import { type Api, lookAt } from './api.ts';
import { noBackend, readBackend } from './configured.ts';
import { at } from './dialect.ts';

/** Seconds by which two readings of one start may differ: both the date and the uptime are cut to whole ones. */
const startTolerance = 2;

/** `before`: the last reading. Its start stands where the same process answers. */
export async function readInstance(api: Api, before: Instance | undefined, signal: AbortSignal): Promise<Instance> {
  const doing = 'asking for the process';
  const answer = await api.ask({ method: 'GET', place: at('runtime/info'), doing }, signal);
  if (answer.status !== 200) throw unexpected(api.http, answer, doing);
  const body = api.dialect.first(jsonOf(api.http, answer, doing));
  const info = isJson(body) ? objectIn(body, 'info') : undefined;
  const [pid, uptime] = [info && countIn(info, 'pid'), info && countIn(info, 'uptime')];
  if (info === undefined || pid === undefined || uptime === undefined) throw noProcess(api, body, doing);
  // The API does not tell the start: the date of its answer and the uptime do.
  const date = Math.floor(Date.parse(answer.headers.date ?? '') / 1_000);
  const startedAt = Number.isFinite(date) ? date - uptime : 0;
  const isSame = before?.pid === pid && Math.abs(before.startedAt - startedAt) <= startTolerance;
  return {
    pid,
    startedAt: isSame ? before.startedAt : startedAt,
    version: (textIn(info, 'version') ?? 'unknown').slice(0, 128),
  };
}

/** The API answers, but has no HAProxy to ask. */
function noProcess(api: Api, body: unknown, doing: string): Error {
  const said = isJson(body) ? textIn(body, 'error') : undefined;
  if (said === undefined) return wrongShape(api.http, doing, 'no process with pid and uptime');
  return api.http.fault('failed', `${doing}: the Data Plane API cannot ask HAProxy; is it running?`, said);
}

/** A server as `runtime/servers` shows it. */
export interface Running {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly admin: AdminState;
  /** As it was set last. Undefined: this version does not tell. */
  readonly setWeight: number | undefined;
}

/** The servers of the backend in the process that runs. */
export async function readRunning(api: Api, signal: AbortSignal): Promise<readonly Running[]> {
  const doing = `listing the servers of ${api.backend}`;
  const answer = await api.ask({ method: 'GET', place: api.dialect.running(api.backend), doing }, signal);
  // HAProxy's own words: v3 says 200 and an empty list instead.
  if (answer.status >= 400 && /no such backend|can't find backend/i.test(answer.body)) throw noBackend(api);
  if (answer.status !== 200) throw unexpected(api.http, answer, doing);
  const list = listOf(jsonOf(api.http, answer, doing));
  if (list === undefined) throw wrongShape(api.http, doing, 'no list of servers');
  const running = list.map((each) => runningOf(api, each, doing));
  checkNames(
    api.http.endpoint,
    running.map(({ name }) => name),
  );
  return running;
}

function runningOf(api: Api, server: Json, doing: string): Running {
  const [name, address, port] = [textIn(server, 'name'), textIn(server, 'address'), countIn(server, 'port')];
  const admin = textIn(server, 'admin_state');
  const isAdmin = admin === 'ready' || admin === 'drain' || admin === 'maint';
  if (name === undefined || address === undefined || !isAdmin)
    throw wrongShape(api.http, doing, 'a server without name, address or state');
  return { name, address, port: port ?? 0, admin, setWeight: countIn(server, 'uweight') };
}

/** The servers with their statistics. One that came or went between the two answers is left out. */
export async function readServers(api: Api, signal: AbortSignal): Promise<readonly Server[]> {
  const running = await readRunning(api, signal);
  if (running.length === 0) {
    if ((await readBackend(api, signal)) === undefined) throw noBackend(api);
    return [];
  }
  const stats = await readStats(api, signal);
  return running.flatMap(({ setWeight, ...server }) => {
    // Older versions write the names of the statistics in small letters.
    const of = stats.get(server.name) ?? stats.get(server.name.toLowerCase());
    if (of === undefined) return [];
    const { weight, ...rest } = of(server.admin);
    return [{ ...server, ...rest, weight: setWeight ?? weight }];
  });
}

type Stats = Pick<Server, 'weight' | 'health' | 'sessions' | 'changedMs'>;

async function readStats(api: Api, signal: AbortSignal): Promise<ReadonlyMap<string, (admin: AdminState) => Stats>> {
  const doing = `reading the statistics of ${api.backend}`;
  const place = at('stats/native', { type: 'server', parent: api.backend });
  const body = api.dialect.first(await lookAt(api, place, doing, signal));
  const list = isJson(body) ? listOf(body.stats) : undefined;
  if (isJson(body) && textIn(body, 'error') !== undefined) throw noProcess(api, body, doing);
  if (list === undefined) throw wrongShape(api.http, doing, 'no list of statistics');
  const ours = list.filter((each) => (textIn(each, 'backend_name') ?? api.backend) === api.backend);
  return new Map(ours.map((each) => statsOf(api, each, doing)));
}

function statsOf(api: Api, entry: Json, doing: string): [string, (admin: AdminState) => Stats] {
  const [name, stats] = [textIn(entry, 'name'), objectIn(entry, 'stats')];
  const sessions = stats && countIn(stats, 'scur');
  const status = stats && textIn(stats, 'status');
  if (name === undefined || stats === undefined || sessions === undefined || status === undefined)
    throw wrongShape(api.http, doing, 'a server without name, status or sessions');
  const weight = countIn(stats, 'weight') ?? 1;
  const changedMs = (countIn(stats, 'lastchg') ?? 0) * 1_000;
  const checked = textIn(stats, 'check_status') ?? '';
  return [name, (admin) => ({ weight, sessions, changedMs, health: healthOf(status, checked, admin) })];
}

/**
 * By the words of `show stat`, which the API passes on. `checked` is empty where no checks run, and begins with `* `
 * while one is under way; `UP 1/3` is half up.
 */
export function healthOf(status: string, checked: string, admin: AdminState): Server['health'] {
  const last = checked.replace(/^\* /, '');
  if (status.startsWith('DOWN')) return 'down';
  if (last === '' || status === 'no check') return 'unchecked';
  if (admin === 'maint' || last === 'INI' || last === 'UNK') return 'checking';
  if (!status.includes('/')) return 'up';
  return admin === 'ready' && !/OK/.test(last) ? 'up' : 'checking';
}
