/** Adapter: the two calls of a manager's REST API that ask agents to connect anew, on loopback. */
import { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ManagerApiDouble {
  readonly port: number;
  /** Of user and password that it takes. */
  readonly user: string;
  readonly password: string;
  /** Ids as they were asked, one list for each request that was done. */
  readonly asked: (readonly string[])[];
  /** `POST /security/user/authenticate 200`, in order. */
  readonly requests: string[];
  /** Those of them that are not connected. */
  readonly away: Set<string>;
  /** Tokens given so far are refused from now on. */
  expire(): void;
  /** The next requests are answered with these instead, in order. */
  readonly instead: { readonly status: number; readonly body: string }[];
  close(): Promise<void>;
}

/** `tls`: undefined is plain HTTP. */
export async function managerApiDouble(tls?: ServerOptions): Promise<ManagerApiDouble> {
  let age = 0;
  const state: Omit<ManagerApiDouble, 'port' | 'close'> = {
    user: 'muster',
    password: 'p@ss:w0rd ü',
    asked: [],
    requests: [],
    away: new Set(),
    instead: [],
    expire: () => {
      age += 1;
    },
  };
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    const url = new URL(request.url ?? '/', 'http://double');
    const answer = state.instead.shift() ?? answerTo(state, request, url, `token.${age}.a-b_c`);
    state.requests.push(`${request.method} ${url.pathname} ${answer.status}`);
    response.writeHead(answer.status).end(answer.body);
  };
  const server = tls === undefined ? createServer(listen) : createTlsServer(tls, listen);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { ...state, port: (server.address() as AddressInfo).port, close };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const problem = (status: number, title: string): Answer => ({ status, body: JSON.stringify({ title, detail: title }) });

function answerTo(
  state: Omit<ManagerApiDouble, 'port' | 'close'>,
  request: IncomingMessage,
  url: URL,
  token: string,
): Answer {
  const { authorization } = request.headers;
  const call = `${request.method} ${url.pathname}`;
  if (call === 'POST /security/user/authenticate') {
    const basic = `Basic ${Buffer.from(`${state.user}:${state.password}`).toString('base64')}`;
    if (authorization !== basic) return problem(401, 'Invalid credentials');
    const isRaw = url.searchParams.get('raw') === 'true';
    return { status: 200, body: isRaw ? token : JSON.stringify({ data: { token }, error: 0 }) };
  }
  if (call !== 'PUT /agents/reconnect') return problem(404, 'Not found');
  if (authorization !== `Bearer ${token}`) return problem(401, 'The token is no longer valid');
  return reconnected(state, (url.searchParams.get('agents_list') ?? '').split(','));
}

function reconnected(state: Pick<ManagerApiDouble, 'asked' | 'away'>, ids: readonly string[]): Answer {
  if (!ids.every((id) => /^\d{3,}$/.test(id)) || ids.includes('000')) return problem(400, 'Wrong agents_list');
  state.asked.push(ids);
  const affected = ids.filter((id) => !state.away.has(id));
  const failed = ids.filter((id) => state.away.has(id));
  const failures = failed.length === 0 ? [] : [{ error: { code: 1707, message: 'It is not connected' }, id: failed }];
  const data = {
    affected_items: affected,
    total_affected_items: affected.length,
    failed_items: failures,
    total_failed_items: failed.length,
  };
  return { status: 200, body: JSON.stringify({ data, message: '', error: failed.length === 0 ? 0 : 2 }) };
}
