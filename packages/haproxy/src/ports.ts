/** What the drivers need of the world. Real sockets and files in production (`adapters/`), models in a simulation. */

export interface HaproxyPorts {
  /**
   * Sends one line to a Runtime API and resolves with everything until the other side closes, or, of a TLS
   * endpoint, with what comes in the same way. Rejects with a `HaproxyError` (`unreachable`, `refused`,
   * `timed-out`, `too-large`) or the signal's reason.
   */
  runtime(endpoint: RuntimeEndpoint, line: string, limits: Limits, signal: AbortSignal): Promise<string>;
  /** One HTTP request. Redirects are not followed. Rejects as `runtime`; every status is an answer. */
  http(endpoint: HttpEndpoint, request: HttpRequest, limits: Limits, signal: AbortSignal): Promise<HttpAnswer>;
  /** A host name's addresses, the preferred first; of an address itself. Rejects with `unreachable`. */
  resolve(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Replaces the file as a whole if `text` differs from what it holds. Before the rename `check`, if given, judges the temporary file. */
  replaceFile(path: string, text: string, check: FileCheck | undefined, signal: AbortSignal): Promise<void>;
  /** Resolves after this time. Rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export type RuntimeEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'tls'; readonly host: string; readonly port: number; readonly tls: TlsFiles };

/** Paths of PEM files. */
export interface TlsFiles {
  /** Undefined: the system's authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Of the key. Secret. */
  readonly password?: string;
}

export interface HttpEndpoint {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** https only. */
  readonly tls?: TlsFiles;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Limits {
  /** Of the whole, ms. */
  readonly timeoutMs: number;
  /** Of the answer. */
  readonly maxBytes: number;
}

/** A program that judges a file. `{}` in `arguments` stands for the file. */
export interface FileCheck {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Exit codes that mean yes; absent: 0. */
  readonly good?: readonly number[];
}
