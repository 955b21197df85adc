/** Adapter: the unix sockets of this machine. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type HttpAnswer, type HttpRequest, type LocalSockets, SocketError, type SocketLimits } from '../sockets.ts';

const prefixBytes = 4;

export function unixSockets(): LocalSockets {
  return { exchange, http };
}

/** Settles once, and takes everything down that would call again. */
function guarded<T>(
  limits: SocketLimits,
  signal: AbortSignal,
  path: string,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => { destroy(): void },
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      settle();
      started?.destroy();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const aborted = (): void => fail(signal.reason as Error);
    const timer = setTimeout(() => fail(new SocketError('timed-out', path)), limits.timeoutMs);
    signal.addEventListener('abort', aborted, { once: true });
    let started: { destroy(): void } | undefined;
    started = start((value) => end(() => resolve(value)), fail);
  });
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';

const exchange: LocalSockets['exchange'] = (path, request, limits, signal) =>
  guarded(limits, signal, path, (resolve, reject) => {
    const socket = connect({ path });
    const answer = openAnswer(limits.maxBytes);
    socket.on('error', (error) => reject(new SocketError(codeOf(error), path, error)));
    socket.on('close', () => reject(new SocketError('cut-short', path)));
    socket.on('data', (piece) => {
      const taken = answer.take(piece);
      if (taken === 'too-large') reject(new SocketError('too-large', path));
      else if (taken !== undefined) resolve(taken);
    });
    writeFrame(socket, request);
    return socket;
  });

function writeFrame(socket: Socket, request: Uint8Array): void {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32LE(request.length);
  socket.write(prefix);
  socket.write(request);
}

/** Gathers one frame; what comes after it is nobody's. No buffer is made of a length that is only claimed. */
function openAnswer(maxBytes: number): { take(piece: Buffer): Buffer | 'too-large' | undefined } {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let length: number | undefined;
  return {
    take: (piece) => {
      pieces.push(piece);
      bytes += piece.length;
      if (length === undefined && bytes >= prefixBytes) length = Buffer.concat(pieces).readUInt32LE(0);
      if (length === undefined) return undefined;
      if (length > maxBytes) return 'too-large';
      return bytes < prefixBytes + length
        ? undefined
        : Buffer.concat(pieces).subarray(prefixBytes, prefixBytes + length);
    },
  };
}

const http: LocalSockets['http'] = (path, request, limits, signal, piece) =>
  guarded<HttpAnswer>(limits, signal, path, (resolve, reject) => {
    const outgoing = httpRequest({
      socketPath: path,
      method: request.method,
      path: request.url,
      headers: headersOf(request),
      agent: false,
    });
    outgoing.on('error', (error) => reject(new SocketError(httpCodeOf(error), path, error)));
    outgoing.on('response', (incoming) => {
      gather(incoming, path, limits.maxBytes, piece).then(resolve, reject);
    });
    outgoing.end(request.body);
    return outgoing;
  });

const headersOf = ({ body }: HttpRequest): Record<string, string | number> =>
  body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };

/** The parser's codes say that no HTTP was spoken; a hang-up before the answer has none of its own. */
function httpCodeOf(error: unknown): string {
  const code = codeOf(error);
  if (code.startsWith('HPE_')) return 'bad-answer';
  return code === 'ECONNRESET' ? 'cut-short' : code;
}

async function gather(
  incoming: IncomingMessage,
  path: string,
  maxBytes: number,
  piece: ((bytes: Uint8Array) => Promise<void>) | undefined,
): Promise<HttpAnswer> {
  const status = incoming.statusCode ?? 0;
  const hand = status >= 200 && status < 300 ? piece : undefined;
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const one of incoming as AsyncIterable<Buffer>) {
      bytes += one.length;
      if (bytes > maxBytes) throw new SocketError('too-large', path);
      if (hand === undefined) pieces.push(one);
      else await hand(one);
    }
  } catch (error) {
    if (error instanceof SocketError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new SocketError(httpCodeOf(error), path, error);
  }
  if (!incoming.complete) throw new SocketError('cut-short', path);
  return { status, body: Buffer.concat(pieces) };
}
