/**
 * Adapter: a Data Plane API of v2.9 or v3.4 on loopback. Keeps state, refuses what its OpenAPI file refuses, checks its
 * own answers by it, and does what a test wishes: refuses, conflicts, fails, is silent, hangs up, speaks HTML.
 */
import { Buffer } from 'node:buffer';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type DoubleAnswer, type DoubleCall, failed, told } from './answers.ts';
import { type Machine, type Operations, openMachine } from './machine.ts';
import { answerFault, type Found, findOperation, type OpenApi, queryFault, schemaFault } from './openapi.ts';
import { openApi2 } from './openapi-2.9.ts';
import { openApi3 } from './openapi-3.4.ts';
import { operationsOf } from './operations.ts';

export interface DataplaneDouble {
  readonly port: number;
  /** Of user and password that it takes. */
  readonly user: string;
  readonly password: string;
  readonly machine: Machine;
  /** `GET runtime/info`, the query, and the status that was answered, in order. */
  readonly requests: { readonly name: string; readonly query: string; readonly status: number }[];
  /** What was against the OpenAPI file, by the other side or by the double itself. */
  readonly violations: string[];
  /** The next `times` requests whose name (`PUT runtime/servers/{name}`) matches are treated so. */
  misbehave(name: RegExp, wish: Wish, times?: number): void;
  close(): Promise<void>;
}

/**
 * `lost`: it is done, but the connection ends before the answer. `silent`: no answer comes. `meddle`: somebody else
 * changes the configuration right after the answer. `vary`: the answer's body is another.
 */
export type Wish =
  | { readonly kind: 'hang-up' | 'lost' | 'silent' | 'meddle' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'vary'; readonly body: unknown };

export interface DoubleOptions {
  readonly version: '2.9' | '3.4';
  /** Undefined: plain HTTP. */
  readonly tls?: ServerOptions;
}

const user = 'wazuh';
const password = 'S3cret;pass/ü';
const token = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export async function dataplaneDouble({ version, tls }: DoubleOptions): Promise<DataplaneDouble> {
  const is2 = version === '2.9';
  const machine = openMachine(() => Math.floor(Date.now() / 1_000));
  const state: State = {
    api: is2 ? openApi2 : openApi3,
    is2,
    machine,
    operations: operationsOf({ isOld: is2 }),
    requests: [],
    violations: [],
    wishes: [],
  };
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    serve(state, request, response).catch((error: unknown) => {
      state.violations.push(`the double broke: ${String(error)}`);
      response.destroy();
    });
  };
  const server = tls === undefined ? createServer(listen) : createTlsServer(tls, listen);
  const port = await listening(server);
  return {
    port,
    user,
    password,
    machine,
    requests: state.requests,
    violations: state.violations,
    misbehave: (name, wish, times = 1) => {
      for (let count = 0; count < times; count++) state.wishes.push({ name, wish });
    },
    close: () => closed(server),
  };
}

interface State {
  readonly api: OpenApi;
  readonly is2: boolean;
  readonly machine: Machine;
  readonly operations: Operations;
  readonly requests: DataplaneDouble['requests'];
  readonly violations: string[];
  readonly wishes: { readonly name: RegExp; readonly wish: Wish }[];
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const url = new URL(request.url ?? '/', 'http://double');
  const { base } = state.api;
  const method = request.method ?? '';
  const path = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length) : '';
  const found = findOperation(state.api, method, path);
  const name = found === undefined ? `${method} ${url.pathname}` : nameOf(found);
  const wish = takeWish(state, name);
  if (wish?.kind === 'hang-up') return void response.destroy();
  if (wish?.kind === 'silent') return;
  const answer = answerTo(state, request, { found, name, url, body, wish });
  state.requests.push({ name, query: url.search, status: answer.status });
  if (wish?.kind === 'lost') return void response.destroy();
  if (wish?.kind === 'meddle') state.machine.version += 1;
  send(state, response, answer, found, wish);
}

/** Without what differs between the versions. */
const nameOf = ({ name }: Found): string =>
  name.replace('/services/haproxy/', '').replace(/(?:backends|frontends)\/\{parent_name\}\//, '');

function takeWish(state: State, name: string): Wish | undefined {
  const index = state.wishes.findIndex((each) => each.name.test(name));
  return index < 0 ? undefined : state.wishes.splice(index, 1)[0]!.wish;
}

interface Request {
  readonly found: Found | undefined;
  readonly name: string;
  readonly url: URL;
  readonly body: string;
  readonly wish: Wish | undefined;
}

function answerTo(state: State, incoming: IncomingMessage, request: Request): DoubleAnswer {
  const { found, name, url, body, wish } = request;
  const isOther = url.pathname === '/v3/info' || url.pathname === '/v2/info';
  if (found === undefined) {
    // That another version is looked for is no fault.
    if (!isOther) state.violations.push(`${name}: there is no such operation`);
    return failed(404, `path ${url.pathname} was not found`);
  }
  if (wish?.kind === 'answer') return { status: wish.status };
  if (incoming.headers.authorization !== token) return failed(401, 'unauthorized');
  const parsed = found.operation.text === true ? body : parse(body);
  const fault = queryFault(found.operation, url.searchParams) ?? bodyFault(state.api, found, incoming, parsed);
  if (fault !== undefined) {
    state.violations.push(`${name}: ${fault}`);
    return failed(422, fault);
  }
  return carryOut(state, found, name, url, parsed);
}

const parse = (body: string): unknown => (body === '' ? undefined : (JSON.parse(body) as unknown));

function bodyFault(api: OpenApi, { operation }: Found, incoming: IncomingMessage, body: unknown): string | undefined {
  if (operation.body === undefined) return body === undefined || body === '' ? undefined : 'it takes no body';
  const type = incoming.headers['content-type'];
  if (type !== (operation.text === true ? 'text/plain' : 'application/json')) return `it does not take ${type}`;
  return schemaFault(api, operation.body, body, 'body');
}

function carryOut(state: State, found: Found, name: string, url: URL, body: unknown): DoubleAnswer {
  if (name === 'GET /info') return told({ api: { version: `v${state.is2 ? '2.9.9' : '3.4.0'}` } });
  const query = url.searchParams;
  const { inPath } = found;
  const parent = inPath.parent_name ?? query.get('backend') ?? query.get('frontend') ?? '';
  const call: DoubleCall = { name, parent, id: inPath.name ?? inPath.id ?? '', query, body };
  const plain = state.operations[name]!(state.machine, call);
  return wrapped(state, name, plain);
}

/** As v2 wraps what v3 says bare, and the other way round. */
function wrapped({ is2, machine }: State, name: string, answer: DoubleAnswer): DoubleAnswer {
  if (answer.status >= 300 || !name.startsWith('GET')) return answer;
  const { body } = answer;
  if (is2 && /runtime\/info|stats\/native/.test(name)) return { ...answer, body: [body] };
  if (is2 && name.startsWith('GET configuration/') && name !== 'GET configuration/version')
    return { ...answer, body: { _version: machine.version, data: body } };
  return !is2 && name === 'GET configuration/defaults' ? { ...answer, body: [body] } : answer;
}

/** HAProxy's words that the API passes on, though its file does not have them. */
const passedOn =
  /answer 200(?:\[0\])?\.stats\[\d+\]\.stats\.(?:status must be one of UP|check_status must be one of UNK)/;

function send(
  { api, violations, machine }: State,
  response: ServerResponse,
  answer: DoubleAnswer,
  found: Found | undefined,
  wish: Wish | undefined,
): void {
  if (wish?.kind === 'answer')
    return void response.writeHead(wish.status, { 'content-type': 'text/html', ...wish.headers }).end(wish.body);
  const isText = found?.operation.text === true || found?.name === 'GET /services/haproxy/configuration/raw';
  const hasText = isText && typeof answer.body === 'string';
  // In v3 the errors of texts are texts too.
  const isTold = isText && api.base === '/v3' && answer.status >= 400;
  const body = isTold ? JSON.stringify(answer.body) : answer.body;
  const fault = found === undefined ? undefined : answerFault(api, found.operation, answer.status, body);
  if (fault !== undefined && !passedOn.test(fault)) violations.push(`${found?.name}: ${fault}`);
  const schema = found?.operation.answers[answer.status];
  if (answer.reloadId !== undefined && schema?.reload !== true) violations.push(`${found?.name}: names a reload`);
  const head = answer.reloadId === undefined ? {} : { 'reload-id': answer.reloadId };
  response.writeHead(answer.status, { 'configuration-version': `${machine.version}`, ...head });
  const shown = wish?.kind === 'vary' ? wish.body : body;
  if (shown === undefined) return void response.end();
  response.end(
    hasText || isTold || (wish?.kind === 'vary' && typeof shown === 'string') ? String(shown) : JSON.stringify(shown),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

const listening = (server: HttpServer): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const closed = (server: HttpServer): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
