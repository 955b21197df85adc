/**
 * Asks agents to connect anew, through the manager's own REST API: what moves agents where HAProxy's sessions cannot be
 * ended. The token comes for user and password, is kept in memory, and is renewed once when it is refused.
 */
import { HaproxyError } from '../haproxy-error.ts';
import { isJson, jsonOf, objectIn, unexpected, wrongShape } from '../http/answer.ts';
import { type Http, openHttp } from '../http/http.ts';
import { basicToken } from '../http/redact.ts';
import type { HaproxyPorts, HttpAnswer, HttpEndpoint, Limits, TlsFiles } from '../ports.ts';

export interface ReconnectSettings {
  /** `https://manager:55000`, with nothing behind it. */
  readonly url: string;
  readonly user: string;
  /** Secret. */
  readonly password: string;
  /** Of https. Undefined: the system's authorities. */
  readonly tls?: TlsFiles;
  /** Of one request; undefined: 30 s and 1 MiB. The API passes the order on to every node before it answers. */
  readonly limits?: Limits;
}

export interface ReconnectClient {
  /** For people, without secrets. */
  readonly endpoint: string;
  /**
   * Asks these agents to connect anew, 500 at a time. Resolves with how many were asked: those that are not connected
   * are passed over. Rejects with a `HaproxyError` that names the API, or with the signal's reason.
   */
  reconnect(ids: readonly number[], signal: AbortSignal): Promise<number>;
}

/** Keeps the address below 4 KiB, which every server takes. */
const idsAtOnce = 500;
const usualLimits: Limits = { timeoutMs: 30_000, maxBytes: 1024 * 1024 };

/** Asks nothing before the first call. Throws if the address is none. */
export function openReconnectClient(settings: ReconnectSettings, ports: Pick<HaproxyPorts, 'http'>): ReconnectClient {
  const { user, password } = settings;
  const basic = basicToken(user, password);
  let token: string | undefined;
  const secrets = (): readonly string[] => [password, encodeURIComponent(password), basic, token ?? ''];
  const options = { limits: settings.limits ?? usualLimits, secrets };
  const http = openHttp(endpointOf(settings), options, ports);

  const order = async (ids: readonly number[], signal: AbortSignal): Promise<HttpAnswer> => {
    token ??= await authenticate(http, basic, signal);
    const list = ids.map((id) => `${id}`.padStart(3, '0')).join(',');
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    return await http.ask({ method: 'PUT', path: `/agents/reconnect?agents_list=${list}`, headers }, signal);
  };
  const orderTwice = async (ids: readonly number[], signal: AbortSignal): Promise<number> => {
    let answer = await order(ids, signal);
    if (answer.status === 401) {
      // It has expired, or the API was restarted.
      token = undefined;
      answer = await order(ids, signal);
    }
    if (answer.status === 200) return askedIn(http, answer);
    const fault = unexpected(http, answer, doing);
    // Not before: the fault's text loses what it holds of it.
    token = undefined;
    throw fault;
  };

  return {
    endpoint: http.endpoint,
    reconnect: async (ids, signal) => {
      for (const id of ids) checkId(http, id);
      let asked = 0;
      for (let from = 0; from < ids.length; from += idsAtOnce)
        asked += await orderTwice(ids.slice(from, from + idsAtOnce), signal);
      return asked;
    },
  };
}

const doing = 'asking agents to connect anew';

function checkId(http: Http, id: number): void {
  if (Number.isSafeInteger(id) && id > 0) return;
  throw http.fault('bad-name', `${doing}: ${id} is no id of an agent (1 and up; 000 is the manager itself)`);
}

async function authenticate(http: Http, basic: string, signal: AbortSignal): Promise<string> {
  const what = 'signing in at the manager';
  const headers = { authorization: `Basic ${basic}`, accept: 'text/plain' };
  const answer = await http.ask({ method: 'POST', path: '/security/user/authenticate?raw=true', headers }, signal);
  if (answer.status !== 200) throw unexpected(http, answer, what);
  const token = answer.body.trim();
  // A web token, and nothing that could end a header.
  if (!/^[\w.~+/=-]{1,8192}$/.test(token)) throw wrongShape(http, what, 'no token');
  return token;
}

function askedIn(http: Http, answer: HttpAnswer): number {
  const body = jsonOf(http, answer, doing);
  const asked = isJson(body) ? objectIn(body, 'data')?.affected_items : undefined;
  if (!Array.isArray(asked)) throw wrongShape(http, doing, 'no list of agents');
  return asked.length;
}

function endpointOf({ url, tls }: ReconnectSettings): HttpEndpoint {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const protocol = parsed?.protocol.slice(0, -1);
  const isWhole = parsed?.pathname === '/' && parsed.search === '' && parsed.username === '' && parsed.password === '';
  if (parsed === undefined || !isWhole || (protocol !== 'https' && protocol !== 'http'))
    throw new HaproxyError(
      'manager API',
      'bad-name',
      'its address is no `https://HOST:PORT`; user and password are options',
    );
  // The port as it is written: a URL forgets its protocol's own.
  const port = Number(/:(\d+)\/?$/.exec(url)?.[1] ?? 55_000);
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  return { protocol, host, port, ...(tls !== undefined && protocol === 'https' ? { tls } : {}) };
}
