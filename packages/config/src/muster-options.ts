import type { HaproxyOptions } from './haproxy-options.ts';
import type { HttpApiOptions } from './http-api-options.ts';

/** What `R/etc/muster.yaml` says, or its defaults. Durations in milliseconds, sizes in bytes; bounds in `muster-table.ts`. */
export interface MusterOptions {
  readonly keepAlive: {
    readonly intervalMs: number;
    /** Above `intervalMs`. */
    readonly suspectAfterMs: number;
    /** Above `suspectAfterMs`. */
    readonly downAfterMs: number;
  };
  readonly link: {
    /** From the accepted connection to the accepted hello. */
    readonly handshakeTimeoutMs: number;
    readonly connectionsPerAddress: number;
    readonly connections: number;
    readonly retryMinMs: number;
    /** At least `retryMinMs`. */
    readonly retryMaxMs: number;
  };
  readonly integrity: {
    readonly reconcileEveryMs: number;
    readonly coalesceMs: number;
    /** Only where the system has no more watches. */
    readonly pollEveryMs: number;
    readonly maxFileSizeBytes: number;
    readonly maxFiles: number;
    readonly guard: {
      /** 1 to 100. */
      readonly percent: number;
      readonly files: number;
      readonly confirmAfterMs: number;
    };
  };
  readonly manager: ManagerChoice;
  readonly agents: {
    readonly pollEveryMs: number;
    /** Of the store on disk. */
    readonly storeMaxSizeBytes: number;
  };
  /** Of each node that asks. */
  readonly registration: {
    readonly perSecond: number;
    readonly burst: number;
  };
  readonly haproxy: HaproxyOptions;
  readonly httpApi: HttpApiOptions;
  /** Undefined: what is created keeps the daemon's own. */
  readonly files: { readonly uid: number | undefined; readonly gid: number | undefined };
  readonly log: { readonly format: LogFormat /** Undefined: by `debugLevel`. */; readonly level: LogLevel | undefined };
  readonly restarts: {
    readonly max: number;
    readonly withinMs: number;
    readonly backOffMinMs: number;
    /** At least `backOffMinMs`. */
    readonly backOffMaxMs: number;
  };
}

/** `auto`: by what is found in R. */
export type ManagerChoice = 'auto' | 'files' | 'wazuh-db' | 'embedded';
export type LogFormat = 'plain' | 'json';
export type LogLevel = 'debug2' | 'debug' | 'info' | 'warning' | 'error' | 'critical';
