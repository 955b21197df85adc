/** The unix sockets of the manager's own daemons. A port: real sockets in production, doubles in a simulation. */

export interface LocalSockets {
  /**
   * One request and its answer on a fresh connection to a socket whose both ways are framed by a 4-byte
   * little-endian length (authd, remoted, wazuh-db: `reference/links.md` 7). Rejects with the system's code
   * (`ENOENT`, `ECONNREFUSED`, …), `too-large`, `cut-short`, `timed-out`, or the signal's reason.
   */
  exchange(path: string, request: Uint8Array, limits: SocketLimits, signal: AbortSignal): Promise<Uint8Array>;
  /** One HTTP/1.1 request over a unix socket (`queue/sockets/wdb-http.sock`). */
  http(
    path: string,
    request: { readonly method: 'GET' | 'POST'; readonly url: string; readonly body?: Uint8Array },
    limits: SocketLimits,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: Uint8Array }>;
}

export interface SocketLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}
