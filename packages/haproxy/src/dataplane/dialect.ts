/** Where things are in v2 and v3 of the Data Plane API, and how their answers are wrapped (`reference/haproxy-runtime.md` 4). */
import { isJson, listOf } from '../http/answer.ts';

export type Version = 'v2' | 'v3';

/** A path behind `/v2` or `/v3`, and its query. */
export interface Place {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export interface Dialect {
  readonly version: Version;
  /** Configured servers, or one of them. */
  servers(backend: string, name?: string): Place;
  binds(frontend: string): Place;
  /** Servers as they run, or one of them. */
  running(backend: string, name?: string): Place;
  /** What a GET of configuration is about. */
  configured(answer: unknown): unknown;
  /** The one object of `runtime/info` and `stats/native`; undefined: it has another shape. */
  first(answer: unknown): unknown;
}

const services = '/services/haproxy';
const behind = (path: string, name: string | undefined): string =>
  name === undefined ? path : `${path}/${encodeURIComponent(name)}`;

/** A place that is the same in both. */
export const at = (path: string, query: Readonly<Record<string, string>> = {}): Place => ({
  path: `${services}/${path}`,
  query,
});

const v2: Dialect = {
  version: 'v2',
  servers: (backend, name) => at(behind('configuration/servers', name), { backend }),
  binds: (frontend) => at('configuration/binds', { frontend }),
  running: (backend, name) => at(behind('runtime/servers', name), { backend }),
  configured: (answer) => (isJson(answer) ? answer.data : undefined),
  first: (answer) => listOf(answer)?.[0],
};

const v3: Dialect = {
  version: 'v3',
  servers: (backend, name) => at(behind(`configuration/backends/${encodeURIComponent(backend)}/servers`, name)),
  binds: (frontend) => at(`configuration/frontends/${encodeURIComponent(frontend)}/binds`),
  running: (backend, name) => at(behind(`runtime/backends/${encodeURIComponent(backend)}/servers`, name)),
  configured: (answer) => answer,
  first: (answer) => answer,
};

/** By version. */
export const dialects: Readonly<Record<Version, Dialect>> = { v2, v3 };

/** Path and query, encoded. */
export function encoded(version: Version, { path, query }: Place): string {
  const search = new URLSearchParams(query).toString();
  return `/${version}${path}${search === '' ? '' : `?${search}`}`;
}
