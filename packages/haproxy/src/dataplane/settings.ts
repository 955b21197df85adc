/** What the Data Plane driver is told. */
import type { HttpEndpoint, Limits } from '../ports.ts';

export interface DataplaneSettings {
  readonly endpoint: HttpEndpoint;
  readonly user: string;
  /** Secret. */
  readonly password: string;
  /** The agents' backend, `wazuh_reporting`. Its frontend is `<backend>_front`. */
  readonly backend: string;
  /** Where agents connect to. */
  readonly agentPort: number;
  /** A `resolvers` section of HAProxy, for servers that are given by host name. */
  readonly resolver?: string;
  /** Of one request; undefined: 10 s and 4 MiB, for a configuration comes whole. */
  readonly limits?: Limits;
  /** How long a reload may take, ms. It is batched for 5 s by default. Undefined: 60 s. */
  readonly reloadMs?: number;
}

/** Of one request. */
export const usualLimits: Limits = { timeoutMs: 10_000, maxBytes: 4 * 1024 * 1024 };
/** Between two looks at a reload, and before another try. */
export const pauseMs = 500;
export const usualReloadMs = 60_000;
/** Tries of a change while others change the configuration at the same time. */
export const tries = 5;
