import type { Clock, Random, Scheduler } from '@muster/actor';
import type { ClusterSocketDeps } from '@muster/cluster-socket';
import type { ControlDeps } from '@muster/control';
import type { HaproxyPorts } from '@muster/haproxy';
import type { HttpListen } from '@muster/http-api';
import type { Transport } from '@muster/link';
import type { Log } from '@muster/log';
import type { LocalSockets } from '@muster/manager';
import type { OpenKv } from '@muster/store';
import type { Disk } from '@muster/tree';

/**
 * Everything of the outside world that a node touches. Production has one (`adapters/node-platform.ts`);
 * a simulation supplies another, and the composition roots run on either unchanged.
 */
export interface Platform {
  readonly clock: Clock;
  /** Wall clock, ms since 1970. May jump. */
  readonly wallNow: () => number;
  readonly random: Random;
  /** Gives ready actors their turn. */
  readonly scheduler: Scheduler;
  /** Runs `run` at the end of this turn of the event loop. */
  readonly defer: (run: () => void) => void;
  readonly disk: Disk;
  /** Listens on a master, dials on a worker. */
  readonly links: Transport;
  /** Opens the socket of the command line, `R/queue/cluster/muster.sock`. */
  readonly listenLocally: ControlDeps['listen'];
  /** Opens the socket that the manager's own programs know, `R/queue/cluster/c-internal.sock`. */
  readonly listenInternally: ClusterSocketDeps['listen'];
  /** Opens what this node remembers of agents. */
  readonly openStore: OpenKv;
  /** The sockets of the manager's daemons. */
  readonly sockets: LocalSockets;
  /** Every HAProxy and the files of those on this machine. Only a master that balances uses them. */
  readonly haproxy: HaproxyPorts;
  /** Opens the HTTP server, where there can be one and the configuration wants it. */
  readonly listenHttp?: HttpListen;
  readonly log: Log;
  readonly process: ProcessPort;
  readonly host: HostPort;
}

/** What a node can see of its machine, and of what lies there that is not its own. */
export interface HostPort {
  /** `Node.js v20.20.0`. */
  readonly runtime: string;
  /** `Linux 6.1.0 x64`. */
  readonly system: string;
  readonly zone: string;
  /** Minutes east of Greenwich at that time, ms since 1970. */
  readonly zoneMinutes: (atMs: number) => number;
  /** Whether there is a process of this number, whoever's. */
  readonly runs: (pid: number) => boolean;
  /** Bytes of the file system that `path` lies on; free: for whoever is not root. Rejects with the system's error. */
  readonly space: (path: string) => Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /**
   * The last `maxBytes` of a file, read off the event loop; undefined: there is none. Follows no symlink in the last
   * part of the path and waits for no pipe: what is no plain file is refused. Rejects with the system's code.
   */
  readonly readEnd: (
    path: string,
    maxBytes: number,
  ) => Promise<{ readonly bytes: Uint8Array; readonly cut: boolean } | undefined>;
}

/** What a node knows of its own process. */
export interface ProcessPort {
  readonly pid: number;
  /** The effective user. */
  readonly uid: () => number;
  /** Resident memory, bytes. */
  readonly rssBytes: () => number;
  /** The 99th percentile of the event loop's delay over the last second or so, ms. Asking changes nothing for others. */
  readonly loopDelayMs: () => number;
}
