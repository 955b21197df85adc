/** The sockets of doubles, without a socket: for simulations and for tests of what stands on `LocalSockets`. */
import { Buffer } from 'node:buffer';
import { type HttpAnswer, type HttpRequest, type LocalSockets, SocketError } from '../sockets.ts';

/** What answers on one socket. */
export interface SocketDouble {
  handle?(request: Uint8Array): Uint8Array;
  http?(request: HttpRequest): HttpAnswer;
}

/** What happens to one exchange. `cut`: only that part of the answer comes, 0 to 1, and the connection breaks. */
export type Mishap =
  | { readonly what: 'none' }
  | { readonly what: 'delay'; readonly ms: number }
  | { readonly what: 'refuse'; readonly code: string }
  | { readonly what: 'deaf' }
  | { readonly what: 'cut'; readonly share: number }
  | { readonly what: 'instead'; readonly answer: Uint8Array };

export interface DoubleSocketsOptions {
  /** Before each exchange, by the path of the socket below R. Absent: none ever. */
  readonly mishap?: (path: string) => Mishap;
  /** Lets time pass. Absent: no mishap takes any. */
  readonly after?: (ms: number) => Promise<void>;
}

/** `doubles` by their paths below `root`. `deaf` lets the request through, then nothing comes until the time is up. */
export function doubleSockets(
  root: string,
  doubles: Readonly<Record<string, SocketDouble>>,
  { mishap = () => ({ what: 'none' }), after = () => Promise.resolve() }: DoubleSocketsOptions = {},
): LocalSockets {
  const meet = async (path: string, timeoutMs: number, signal: AbortSignal): Promise<[SocketDouble, Mishap]> => {
    signal.throwIfAborted();
    const at = path.slice(root.length + 1);
    const double = doubles[at];
    if (double === undefined) throw new SocketError('ENOENT', path);
    const met = mishap(at);
    if (met.what === 'refuse') throw new SocketError(met.code, path);
    if (met.what === 'delay') {
      await after(Math.min(met.ms, timeoutMs));
      if (met.ms > timeoutMs) throw new SocketError('timed-out', path);
      signal.throwIfAborted();
    }
    return [double, met];
  };
  const spoil = async (path: string, met: Mishap, answer: Uint8Array, timeoutMs: number): Promise<Uint8Array> => {
    if (met.what === 'instead') return met.answer;
    if (met.what !== 'deaf') return answer;
    await after(timeoutMs);
    throw new SocketError('timed-out', path);
  };
  return {
    exchange: async (path, request, limits, signal) => {
      const [double, met] = await meet(path, limits.timeoutMs, signal);
      if (double.handle === undefined) throw new SocketError('bad-answer', path);
      const answer = await spoil(path, met, double.handle(request), limits.timeoutMs);
      if (met.what === 'cut') throw new SocketError('cut-short', path);
      if (answer.length > limits.maxBytes) throw new SocketError('too-large', path);
      signal.throwIfAborted();
      return answer;
    },
    http: async (path, request, limits, signal, piece) => {
      const [double, met] = await meet(path, limits.timeoutMs, signal);
      if (double.http === undefined) throw new SocketError('bad-answer', path);
      const { status, body: whole } = double.http(request);
      const spoiled = await spoil(path, met, whole, limits.timeoutMs);
      const body = met.what === 'cut' ? spoiled.subarray(0, Math.floor(spoiled.length * met.share)) : spoiled;
      if (body.length > limits.maxBytes) throw new SocketError('too-large', path);
      const hand = status >= 200 && status < 300 ? piece : undefined;
      for (let at = 0; hand !== undefined && at < body.length; at += pieceBytes)
        await hand(body.subarray(at, at + pieceBytes));
      if (met.what === 'cut') throw new SocketError('cut-short', path);
      return { status, body: hand === undefined ? body : Buffer.alloc(0) };
    },
  };
}

/** As sockets hand bytes over. */
const pieceBytes = 64 * 1024;
