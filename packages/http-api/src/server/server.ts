/** Adapter: the HTTP server: fastify over Node's http or https, with every limit set. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpApiOptions } from '@muster/config';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiError, apiError, HttpError } from '../api-error.ts';
import type { ApiSources } from '../deps.ts';
import { type Answer, errorAnswer } from '../envelope.ts';
import { elsewhere } from '../routes/elsewhere.ts';
import { isPretty, readQuery } from '../routes/query.ts';
import { type Route, shapeOf } from '../routes/route.ts';
import { routes } from '../routes/routes.ts';
import { safeJson } from '../safe-json.ts';
import type { Pems } from '../tls/certificate.ts';
import { readCredentials } from './credentials.ts';
import { type Entry, formOf, type openGate } from './gate.ts';
import { inTurn } from './in-turn.ts';
import { outletOf, type Seats } from './outlet.ts';
import { clientError, frameworkError } from './refusals.ts';

export interface ServerDeps {
  readonly sources: ApiSources;
  readonly options: HttpApiOptions;
  readonly gate: ReturnType<typeof openGate>;
  readonly seats: Seats;
  /** Undefined: plain HTTP. */
  readonly pems: Pems | undefined;
  /** Takes out of a text what no answer may hold. */
  readonly hide: (text: string) => string;
}

export interface OpenServer {
  readonly address: AddressInfo;
  setCertificate(pems: Pems): void;
  /** Frees the port at once; clients see their connections break. */
  close(): void;
}

/** ms. A client that keeps a connection without asking gives its place to others soon. */
const keepAliveMs = 5_000;
/** ms without a byte either way; longer than the signs of life of `/events`. */
const idleMs = 60_000;
/** How late a slow request is noticed, ms. */
const lookMs = 500;
const maxHeaderBytes = 8_192;

/** Listens; rejects when it cannot. */
export async function openServer(deps: ServerDeps): Promise<OpenServer> {
  let server: Server | TlsServer | undefined;
  const app = Fastify({
    serverFactory: (handler) => {
      server = bareServer(inTurn(handler as RequestListener), deps);
      return server as Server;
    },
    bodyLimit: deps.options.maxBodyBytes,
    routerOptions: { maxParamLength: 100 },
    exposeHeadRoutes: false,
    // What is sent to us is checked by the schemas of the routes, what a proxy says of the address by nobody.
    trustProxy: false,
    requestIdHeader: false,
    clientErrorHandler: (error, socket) => clientError(error, socket as Socket),
    frameworkErrors: (error, request, reply) =>
      void refuse(deps, request as FastifyRequest, reply as FastifyReply, error),
  });
  addRoutes(app, deps);
  await app.ready();
  const listening = server!;
  await listen(listening, deps.options);
  return {
    address: listening.address() as AddressInfo,
    setCertificate: ({ certificate, key }) => {
      if ('setSecureContext' in listening) listening.setSecureContext({ cert: certificate, key });
    },
    close: () => {
      listening.close();
      listening.closeAllConnections();
      app.close().catch(() => {});
    },
  };
}

function bareServer(handler: RequestListener, { options, pems }: ServerDeps): Server | TlsServer {
  const limits = {
    maxHeaderSize: maxHeaderBytes,
    requestTimeout: options.requestTimeoutMs,
    headersTimeout: options.requestTimeoutMs,
    connectionsCheckingInterval: lookMs,
    keepAliveTimeout: keepAliveMs,
    requireHostHeader: true,
    insecureHTTPParser: false,
  };
  const server =
    pems === undefined
      ? createServer(limits, handler)
      : createTlsServer(
          {
            ...limits,
            cert: pems.certificate,
            key: pems.key,
            minVersion: 'TLSv1.2',
            handshakeTimeout: options.requestTimeoutMs,
          },
          handler,
        );
  server.maxConnections = options.connections;
  server.timeout = idleMs;
  return server;
}

function listen(server: Server | TlsServer, { address, port }: HttpApiOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(cannotListen(error, `${address}:${port}`));
    server.once('error', failed);
    server.listen({ host: address, port }, () => {
      server.off('error', failed);
      // Of one connection, as when the process has no more files: the server goes on.
      server.on('error', () => {});
      resolve();
    });
  });
}

const cures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there. End it, or give http_api.port another value',
  EADDRNOTAVAIL: 'this machine has no such address. Give http_api.address one that it has',
  EACCES: 'this user may not. Give http_api.port a value above 1023',
  ENOTFOUND: 'there is no such name. Give http_api.address an address of this machine',
};
const cannotListen = ({ code = '', message }: NodeJS.ErrnoException, at: string): Error =>
  new Error(`The HTTP API cannot listen on ${at}: ${cures[code] ?? message}. It is tried again.`);

function addRoutes(app: FastifyInstance, deps: ServerDeps): void {
  app.removeContentTypeParser('text/plain');
  for (const route of routes) {
    app.route({ method: route.method, url: route.path, ...handlersOf(route, deps) });
  }
  for (const { method, path, instead } of elsewhere) {
    const refusal = new HttpError(501, `Muster does not do this. What does: ${instead}.`);
    const gone: Route = { method: method as Route['method'], path, about: '', access: 'read', forms: {} };
    app.route({ method, url: path, ...handlersOf(gone, deps, refusal) });
  }
  app.setErrorHandler((error, request, reply) => refuse(deps, request, reply, error));
  app.setNotFoundHandler(async (request, reply) => {
    const entry = await enter(deps, { access: 'read', forms: {} }, request);
    await send(deps, reply, errorAnswer(notFound(request), entry.form), false);
  });
}

interface Entered {
  entry?: Entry;
}

/** Who asks is looked at before a byte of the body is read. */
const handlersOf = (route: Route, deps: ServerDeps, refusal?: HttpError) => ({
  onRequest: async (request: FastifyRequest): Promise<void> => {
    (request as Entered).entry = await enter(deps, route, request);
  },
  handler: async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (refusal !== undefined) throw refusal;
    const { entry } = request as Entered;
    return await send(deps, reply, await answerTo(route, deps, request, entry!), isPretty(queryOf(request)));
  },
});

const enter = (
  { gate }: ServerDeps,
  route: Pick<Route, 'access' | 'forms'>,
  { ip, headers }: FastifyRequest,
): Promise<Entry> => gate({ route, address: ip, authorization: headers.authorization });

async function answerTo(
  route: Route,
  { sources, seats }: ServerDeps,
  request: FastifyRequest,
  entry: Entry,
): Promise<Answer> {
  const { form, caller, session } = entry;
  const shape = shapeOf(route, form);
  if (shape === undefined) throw otherForm(form);
  const lastEventId = request.headers['last-event-id'];
  const answer = await shape.handle({
    ...{ sources, form, caller },
    params: request.params as Readonly<Record<string, string>>,
    query: readQuery(shape.query, queryOf(request)),
    session: { ...session, seat: seats.take, lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined },
  });
  if (route.access === 'operate')
    sources.log.info(`${caller?.name} asked for ${route.method} ${request.url} over HTTP: done.`);
  return answer;
}

const queryOf = (request: FastifyRequest) => request.query as Readonly<Record<string, unknown>>;

const otherForm = (form: Entry['form']): HttpError =>
  new HttpError(
    404,
    form === 'basic'
      ? 'The 3.x form does not have this route. Ask with a token: POST /security/user/authenticate gives one.'
      : 'The 4.14 form does not have this route. Ask with Basic authentication, or see /openapi.json.',
  );

const patterns = [...routes, ...elsewhere].map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
}));

function notFound({ method, url }: FastifyRequest): HttpError {
  const [path = ''] = url.split('?');
  const allowed = patterns.filter(({ pattern }) => pattern.test(path)).map((each) => each.method);
  if (allowed.length === 0 || allowed.includes(method))
    return new HttpError(404, 'There is no such route. See /openapi.json.');
  return new HttpError(405, `Not with ${method}. Allowed: ${[...new Set(allowed)].join(', ')}.`, {
    allow: [...new Set(allowed)].join(', '),
  });
}

async function refuse(
  deps: ServerDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): Promise<FastifyReply> {
  const refusal = frameworkError(error) ?? apiError(error);
  if (refusal instanceof ApiError && refusal.code === 1000) {
    const words = error instanceof Error ? error.message : String(error);
    deps.sources.log.warning(`${request.method} ${request.url.split('?')[0]} could not be answered: ${words}`);
  }
  const form = formOf(readCredentials(request.headers?.authorization), routeOf(request));
  return await send(deps, reply, errorAnswer(refusal, form), isPretty(queryOf(request) ?? {}));
}

const routeOf = (request: FastifyRequest): Route | undefined =>
  routes.find(({ path, method }) => path === request.routeOptions?.url && method === request.method);

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

async function send(deps: ServerDeps, reply: FastifyReply, answer: Answer, pretty: boolean): Promise<FastifyReply> {
  const all = { ...headers, ...answer.headers, 'content-type': answer.contentType };
  if (typeof answer.body === 'function') {
    reply.hijack();
    reply.raw.writeHead(answer.status, { ...all, 'x-accel-buffering': 'no' });
    answer.body(outletOf(reply.raw, deps.hide));
    return reply;
  }
  const text = typeof answer.body === 'string' ? answer.body : safeJson(answer.body, pretty ? 3 : 0);
  return reply.code(answer.status).headers(all).send(deps.hide(text));
}
