import type { Values } from './muster-table.ts';
import { parseDuration } from './quantity.ts';

/** What `muster.yaml` says of HAProxy. */
export interface HaproxyOptions {
  /** As written; at most 16, each once. */
  readonly instances: readonly string[];
  readonly persist: string | undefined;
  readonly binary: string;
  readonly pollEveryMs: number;
  /** Of `tls://` and `https://` instances. Paths, but for the password. */
  readonly tls: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    /** Secret. */
    readonly password: string | undefined;
  };
  /** By node. */
  readonly nodes: Readonly<Record<string, NodeOverride>>;
  /** The manager's REST API, which asks agents to connect anew. */
  readonly api: {
    readonly url: string | undefined;
    readonly user: string | undefined;
    /** Secret. */
    readonly password: string | undefined;
    readonly ca: string | undefined;
  };
}

/** What of a node's server is not as for the others. */
export interface NodeOverride {
  readonly address?: string;
  /** 1 to 65535. */
  readonly port?: number;
  /** 1 to 256; 100 is one share. */
  readonly weight?: number;
}

export function readHaproxyOptions(value: Values): HaproxyOptions {
  const text = (path: Parameters<Values>[0]): string | undefined => value(path) as string | undefined;
  return {
    instances: (value('haproxy.instances') ?? []) as readonly string[],
    persist: text('haproxy.persist'),
    binary: String(value('haproxy.binary')),
    pollEveryMs: parseDuration(value('haproxy.poll_every')),
    tls: {
      ca: text('haproxy.tls.ca'),
      cert: text('haproxy.tls.cert'),
      key: text('haproxy.tls.key'),
      password: text('haproxy.tls.password'),
    },
    nodes: (value('haproxy.nodes') ?? {}) as Readonly<Record<string, NodeOverride>>,
    api: {
      url: text('haproxy.api.url'),
      user: text('haproxy.api.user'),
      password: text('haproxy.api.password'),
      ca: text('haproxy.api.ca'),
    },
  };
}
