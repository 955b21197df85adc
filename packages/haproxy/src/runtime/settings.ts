import type { Limits, RuntimeEndpoint } from '../ports.ts';

/** What the runtime driver is told. */
export interface RuntimeSettings {
  readonly endpoint: RuntimeEndpoint;
  /** The agents' backend. */
  readonly backend: string;
  /** On which agents reach HAProxy; undefined: nobody looks whether several frontends listen there. */
  readonly agentPort?: number;
  /** How added servers are checked; what is left out is as `defaultCheck`. */
  readonly check?: Partial<HealthCheck>;
  /** Undefined: nothing is written, and a restarted HAProxy begins with what its own files say. */
  readonly persist?: PersistSettings;
}

export interface HealthCheck {
  readonly interMs: number;
  /** Failures in a row until a server is down. */
  readonly fall: number;
  /** Successes in a row until it is up again. */
  readonly rise: number;
}

export interface PersistSettings {
  /** Of the file that holds the backend and nothing else, as `/etc/haproxy/conf.d/agents.cfg`. */
  readonly path: string;
  /** The HAProxy that judges the file before it stands; undefined: nobody does, as where HAProxy runs elsewhere. */
  readonly binary?: string;
}

/** A new server is known to be up after about a second, a dead one to be down after three. */
export const defaultCheck: HealthCheck = { interMs: 1_000, fall: 3, rise: 2 };

/** Of a command that changes one thing; also the longest answer to it. */
export const commandLimits: Limits = { timeoutMs: 5_000, maxBytes: 64 * 1024 };
/** Of the lists of servers: 700 bytes a server, so some 10,000 servers. */
export const listLimits: Limits = { timeoutMs: 10_000, maxBytes: 8 * 1024 * 1024 };
/** Of the list of sessions: 300 to 400 bytes a session, so some 150,000 sessions. */
export const sessionLimits: Limits = { timeoutMs: 20_000, maxBytes: 64 * 1024 * 1024 };

/** As many as the answer may hold at 300 bytes each, and more lines than that are not read: nothing else waits for so long. */
export const maxSessions = 200_000;
/** In either list of the servers; see `listLimits`. */
export const maxRows = 12_000;

/** No line of HAProxy's is near it: 700 bytes are usual. */
export const maxLineLength = 32 * 1024;
/** Ended with one line: 36 bytes each, so half of the buffer into which HAProxy reads it (`tune.bufsize`, 16,384 by default). */
export const sessionsPerLine = 200;
