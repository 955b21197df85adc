/** Adapter: what goes wrong below the routes, in words of ours: those of the libraries stay inside. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HttpError } from '../api-error.ts';

const byCode: Readonly<Record<string, readonly [status: number, text: string]>> = {
  FST_ERR_BAD_URL: [400, 'The address is not well formed.'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'A part of the address is too long.'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'The body is too large: http_api.max_body is the limit.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'A body is JSON here: Content-Type application/json.'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'The body is not JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'The body is empty, and Content-Type says JSON.'],
  FST_ERR_CTP_EMPTY_TYPE: [415, 'A body needs a Content-Type.'],
};

/** A refusal of the framework; undefined: it is no such one. */
export function frameworkError(error: unknown): HttpError | undefined {
  const { code, statusCode } = (error ?? {}) as { readonly code?: unknown; readonly statusCode?: unknown };
  const known = typeof code === 'string' && Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  if (known !== undefined) return new HttpError(...known);
  if (error instanceof SyntaxError) return new HttpError(400, 'The body is not JSON.');
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  return new HttpError(statusCode, STATUS_CODES[statusCode] ?? 'The request is not right.');
}

/** Of a request that was never one: answered where an answer can be read, then cut off. */
export function clientError({ code }: Error & { readonly code?: string }, socket: Socket): void {
  const status = statusOf(code ?? '');
  if (status === undefined || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const title = STATUS_CODES[status];
  const body = JSON.stringify({ title, detail: words[status] });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  // What the other side does not read must not keep the socket.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

const words: Readonly<Record<number, string>> = {
  400: 'The request is not well formed.',
  408: 'The request did not come in time: http_api.request_timeout is the limit.',
  431: 'The headers are too large.',
};

function statusOf(code: string): number | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code.startsWith('HPE_') ? 400 : undefined;
}
