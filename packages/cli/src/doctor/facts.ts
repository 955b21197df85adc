/** What the checks are made from: gathered beforehand, so that each check is pure. */
import type { Fault, NodeConfig } from '@muster/config';
import type { Balance, ClusterView, Health, LinkList, NodeInfo, NodeName } from '@muster/protocol';

/** What is known, or in plain words why it is not. */
export type Known<T> =
  | { readonly ok: true; readonly value: T }
  /** `code`: of the error, where it had one. */
  | { readonly ok: false; readonly why: string; readonly code?: string };

export const known = <T>(value: T): Known<T> => ({ ok: true, value });
export const unknown = (why: string, code?: string): Known<never> => ({
  ok: false,
  why,
  ...(code === undefined ? {} : { code }),
});

export interface Facts {
  readonly root: string;
  readonly nowMs: number;
  readonly config: ConfigFact;
  /** The node of R, if it answers. */
  readonly node: Known<Running>;
  readonly local: LocalFacts;
}

export type ConfigFact =
  | { readonly ok: true; readonly config: NodeConfig; readonly fingerprint: string }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly warnings: readonly string[] };

/** What a node that answers says. */
export interface Running {
  readonly health: Health;
  readonly cluster: Known<ClusterView>;
  /** Of every node that is there to be asked, this one included. */
  readonly infos: ReadonlyMap<NodeName, Known<Answered>>;
  readonly links: Known<LinkList>;
  /** Absent: this node balances nothing. */
  readonly balance?: Known<Balance>;
}

export interface Answered {
  readonly info: NodeInfo;
  readonly tookMs: number;
}

/** What this machine says, whether the node runs or not. */
export interface LocalFacts {
  /** By path below R, or whole where it lies elsewhere. */
  readonly files: ReadonlyMap<string, Known<FileFact>>;
  readonly disk: Known<Space>;
  /** Directories that are watched for changes. */
  readonly directories: Known<number>;
  /** `fs.inotify.max_user_watches`. */
  readonly maxWatches: Known<number>;
  /** Of the node's process. Absent: none is known. */
  readonly process?: Known<ProcessFact>;
  /** A program that keeps the clock right, by its name; '': none is to be seen. */
  readonly timeKeeper: Known<string>;
  readonly inContainer: boolean;
  /** Processes of the manager's own cluster daemon for this R. */
  readonly clusterd: Known<readonly number[]>;
  /** A process of a pid file of R lives, and is a Muster by its arguments: it may be stopped, or hang. */
  readonly runs: Known<boolean>;
  /** Something listens on the cluster's port. */
  readonly portTaken: Known<boolean>;
  /** Who listens on `c-internal.sock`. */
  readonly internalSocket: Known<'nobody' | 'node' | 'other' | 'somebody'>;
  /** Absent: the HTTP API is off, or without TLS. */
  readonly certificate?: Known<CertificateFact>;
}

export interface FileFact {
  /** `missing`: there is nothing. */
  readonly kind: 'missing' | 'file' | 'directory' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface ProcessFact {
  readonly uid: number;
  readonly gids: readonly number[];
  /** The soft limit; Infinity: none. */
  readonly maxFiles: number;
  /** Absent: not for this user to see. */
  readonly openFiles?: number;
}

export interface CertificateFact {
  readonly path: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** The node made it for itself, and makes it anew in time. */
  readonly own: boolean;
}
