/** Adapter: single HTTP requests. */
import { type ClientRequest, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { endpointText } from '../endpoint.ts';
import { HaproxyError } from '../haproxy-error.ts';
import type { HaproxyPorts, HttpAnswer, HttpEndpoint, HttpRequest } from '../ports.ts';
import { codeOf, connectionFault } from './connection-fault.ts';
import { settleOnce } from './settle-once.ts';
import { tlsOptions } from './tls-files.ts';

/** A connection for each request; redirects are answers like any other. */
export const httpClient: HaproxyPorts['http'] = (endpoint, request, { timeoutMs, maxBytes }, signal) => {
  const name = endpointText(endpoint);
  return settleOnce<HttpAnswer>({ name, timeoutMs, signal }, (resolve, reject) => {
    const outgoing = open(endpoint, request, name);
    const pieces: Buffer[] = [];
    let bytes = 0;
    outgoing.on('error', (error) => reject(httpFault(name, error)));
    outgoing.on('response', (incoming) => {
      incoming.on('error', (error) => reject(httpFault(name, error)));
      incoming.on('data', (piece: Buffer) => {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes > maxBytes) reject(new HaproxyError(name, 'too-large', `the answer has more than ${maxBytes} bytes`));
      });
      incoming.on('end', () => {
        const body = Buffer.concat(pieces).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming.headers), body });
      });
    });
    outgoing.end(request.body);
    return outgoing;
  });
};

function open(endpoint: HttpEndpoint, { method, path, headers, body }: HttpRequest, name: string): ClientRequest {
  const { host, port } = endpoint;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options = { host, port, method, path, headers: { ...headers, ...length }, agent: false };
  if (endpoint.protocol === 'http') return requestPlain(options);
  return requestTls({ ...options, ...tlsOptions(name, host, endpoint.tls ?? {}) });
}

/** The parser's own codes say that no HTTP was spoken. */
function httpFault(name: string, error: unknown): HaproxyError {
  if (!codeOf(error).startsWith('HPE_')) return connectionFault(name, error);
  return new HaproxyError(name, 'bad-answer', 'it does not speak HTTP; is this the port of the Data Plane API?', error);
}

const flat = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
