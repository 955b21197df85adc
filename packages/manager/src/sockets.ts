/** The unix sockets of the manager's own daemons. A port: real sockets in production, doubles in a simulation. */

export interface LocalSockets {
  /**
   * One request and its answer on a fresh connection to a socket whose both ways are framed by a 4-byte
   * little-endian length (authd, remoted, wazuh-db: `reference/links.md` 7). Rejects with a `SocketError`
   * or the signal's reason.
   */
  exchange(path: string, request: Uint8Array, limits: SocketLimits, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * One HTTP/1.1 request over a unix socket (`queue/sockets/wdb-http.sock`). With `piece` the body of a
   * 2xx answer is handed over as it comes, and `body` is empty: what came before the connection broke is
   * not lost. The next piece waits for the promise of the one before.
   */
  http(
    path: string,
    request: HttpRequest,
    limits: SocketLimits,
    signal: AbortSignal,
    piece?: (bytes: Uint8Array) => Promise<void>,
  ): Promise<HttpAnswer>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface SocketLimits {
  /** Of the answer. */
  readonly maxBytes: number;
  /** Of the whole, from connecting to the last byte. */
  readonly timeoutMs: number;
}

/** The daemon behind a socket could not be asked. `code`: the system's (`ENOENT`, `ECONNREFUSED`, …), `too-large`, `cut-short`, `timed-out` or `bad-answer`. */
export class SocketError extends Error {
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string, cause?: unknown) {
    super(`${path}: ${socketFault(code)} (${code})`, cause === undefined ? {} : { cause });
    this.name = 'SocketError';
    this.code = code;
    this.path = path;
  }
}

const faults: Readonly<Record<string, string>> = {
  ENOENT: 'the socket is not there; start the manager, or choose another `manager` in muster.yaml',
  ECONNREFUSED: 'nobody listens behind the socket; start the manager',
  EACCES: 'permission denied; the user of this daemon must be in the group of the manager',
  EAGAIN: 'the daemon behind the socket takes no more connections; it is tried again',
  ECONNRESET: 'the daemon behind the socket broke the connection; look into its log',
  EPIPE: 'the daemon behind the socket closed before it had read the request; look into its log',
  'too-large': 'the answer is larger than is taken; look into the log of the manager',
  'cut-short': 'the daemon behind the socket closed before its answer was whole; look into its log',
  'timed-out': 'the daemon behind the socket did not answer in time; it is overloaded or hangs',
  'bad-answer': 'what answers there does not speak as that daemon does; look at what listens on this socket',
};

/** A code in plain words, with what mends it. */
export const socketFault = (code: string): string => faults[code] ?? 'the daemon behind the socket cannot be asked';
