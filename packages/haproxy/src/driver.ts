/** One HAProxy as the balancer sees it: the interface that both drivers, the Runtime API and the Data Plane API, implement. */
import type { NodeName } from '@muster/protocol';

/**
 * Drives the agents' backend of one HAProxy. Every call may reject with a `HaproxyError`, or with the
 * signal's reason; none waits longer than its limits. Calls of one driver are made one after the other.
 */
export interface Driver {
  /** For people: where it is, without secrets, as `/run/haproxy/admin.sock` or `https://lb1:5555`. */
  readonly endpoint: string;
  /** What it can do. Known without asking. */
  readonly capabilities: Capabilities;
  /**
   * Makes sure that the backend is there (a driver that can creates it, and its frontend), and looks for what
   * would keep the balance from converging or agents from connecting. Asked after each change of the instance.
   */
  prepare(signal: AbortSignal): Promise<readonly Advice[]>;
  /** Which process answers. Another pid or start time: reloaded or restarted. */
  instance(signal: AbortSignal): Promise<Instance>;
  /** The servers of the backend, with their sessions, as they are now. */
  servers(signal: AbortSignal): Promise<readonly Server[]>;
  /**
   * Adds the server, with health checks running where the driver can, in the state `drain` so that it takes nobody
   * before it is checked. One of this name and address that is there already stays as it is, but for its checks,
   * which are started. One of another address is refused with the code `address-differs`.
   */
  ensureServer(server: WantedServer, signal: AbortSignal): Promise<void>;
  setState(name: NodeName, state: AdminState, signal: AbortSignal): Promise<void>;
  setWeight(name: NodeName, weight: number, signal: AbortSignal): Promise<void>;
  /**
   * Every session of the backend, as it is now, without those that `cut` ended and HAProxy still shows. Only with the
   * capability `sessions`.
   */
  sessions(signal: AbortSignal): Promise<readonly Session[]>;
  /**
   * Lists the sessions again, then ends those of `sources` that are still on `server`, and leaves at least
   * `keep` sessions there. Resolves with the sources whose sessions were ended. Nobody else is ended, but for this:
   * where one of them ends by itself right behind the list, and somebody new gets its id before HAProxy is told, it is
   * he who has to connect again. Only with the capability `cut`.
   */
  cut(order: CutOrder, signal: AbortSignal): Promise<readonly string[]>;
  /** Takes away a server in maintenance. `busy`: it still has sessions, ask again. `gone`: there is none. */
  removeServer(name: NodeName, signal: AbortSignal): Promise<'removed' | 'busy' | 'gone'>;
  /** Writes the servers down, so that a restarted HAProxy begins with them. Does nothing where the driver persists by itself. */
  persist(servers: readonly WantedServer[], signal: AbortSignal): Promise<void>;
  close(): void;
}

/** `sessions`, `cut`: single connections are seen and ended. `checks`: servers added at run time are checked. */
export interface Capabilities {
  readonly sessions: boolean;
  readonly cut: boolean;
  readonly checks: boolean;
  readonly weights: boolean;
}

export interface Instance {
  readonly pid: number;
  /** Seconds since 1970, or another number that grows with each start. */
  readonly startedAt: number;
  /** `2.6.12-1+deb12u4` */
  readonly version: string;
}

export type AdminState = 'ready' | 'drain' | 'maint';

/** A server as it should be. */
export interface WantedServer {
  readonly name: NodeName;
  /** An address or a host name; the Runtime API wants an address. */
  readonly address: string;
  readonly port: number;
  /** 1 to 256; 100 is one. */
  readonly weight: number;
}

/** A server as HAProxy shows it. */
export interface Server {
  /** Not always a node's: operators add their own. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly admin: AdminState;
  /** What the health checks say. `unchecked`: there are none. `checking`: none has come to an end yet. */
  readonly health: 'up' | 'down' | 'checking' | 'unchecked';
  readonly sessions: number;
  /** Since its health changed last, ms. HAProxy begins anew when its administrative state is changed. */
  readonly changedMs: number;
}

/** One connection of an agent. */
export interface Session {
  readonly id: string;
  /** `10.1.2.3:41234`, of the agent. Tells a session from the next one that gets the same id. */
  readonly source: string;
  readonly server: string;
}

export interface CutOrder {
  readonly server: string;
  readonly sources: readonly string[];
  /** Sessions that stay on the server at least, counted in the fresh list. */
  readonly keep: number;
}

/** Something that an operator should mend. */
export interface Advice {
  /** One of the table in README.md: `algorithm`, `no-check`, `frontends`, … */
  readonly code: string;
  /** What is wrong and what mends it. */
  readonly text: string;
}
