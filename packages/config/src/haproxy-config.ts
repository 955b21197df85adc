import type { NodeOverride } from './haproxy-options.ts';

/** Every HAProxy that a master balances, and how. */
export interface HaproxyConfig {
  /** 1 to 16. */
  readonly instances: readonly HaproxyInstance[];
  readonly backend: string;
  /** Where nodes take agents' connections. */
  readonly agentPort: number;
  /** Name of an HAProxy resolvers section, for a Data Plane API and nodes given by name. */
  readonly resolver?: string;
  readonly excludedNodes: readonly string[];
  readonly nodes: Readonly<Record<string, NodeOverride>>;
  readonly pollMs: number;
  readonly frequencyMs: number;
  /** Agents moved at once, and the pause after as many. */
  readonly chunk: number;
  readonly pauseMs: number;
  /** How long moved agents may take to come back. */
  readonly settleMs: number;
  /** Above 0, at most 1. */
  readonly tolerance: number;
  readonly removeAfterMs: number;
  /** The manager's REST API. */
  readonly api?: ReconnectApi;
}

export interface ReconnectApi {
  readonly url: string;
  readonly user: string;
  /** Secret. */
  readonly password: string;
  readonly ca?: string;
}

/** Paths of PEM files; undefined, the system's authorities and no certificate of ours. */
export interface HaproxyTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Secret. */
  readonly password?: string;
}

/** One HAProxy. `text` is for people: where it is, without secrets. */
export type HaproxyInstance =
  | {
      readonly driver: 'runtime';
      readonly text: string;
      readonly endpoint:
        | { readonly kind: 'unix'; readonly path: string }
        | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
        | { readonly kind: 'tls'; readonly host: string; readonly port: number; readonly tls: HaproxyTls };
      /** Where its servers are written down, and the program that checks the file. */
      readonly persist?: { readonly path: string; readonly binary: string };
    }
  | {
      readonly driver: 'dataplane';
      readonly text: string;
      readonly endpoint: {
        readonly protocol: 'http' | 'https';
        readonly host: string;
        readonly port: number;
        readonly tls?: HaproxyTls;
      };
      readonly user: string;
      /** Secret. */
      readonly password: string;
    };
