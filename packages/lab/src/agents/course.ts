/** Where an agent goes next: the failover mode of agents that know several servers. */

export interface AgentTimes {
  /** Milliseconds between two keep-alives (`notify_time`). At least 1. */
  readonly notifyMs: number;
  /** Milliseconds after a loss within which it reports elsewhere (`time-reconnect`). At least 1. */
  readonly reconnectMs: number;
  /** Milliseconds after which a server that does not answer is lost. At least 1. */
  readonly answerMs: number;
  /** Milliseconds between attempts that failed (`retry_interval`). At least 1. */
  readonly retryMs: number;
}

/** As in the product. */
export const agentDefaults: AgentTimes = { notifyMs: 10_000, reconnectMs: 60_000, answerMs: 60_000, retryMs: 10_000 };

export interface Course {
  /** Place in the agent's list of servers. */
  readonly server: number;
  /** Attempts at this server that failed. */
  readonly tries: number;
  /** Before the next attempt. */
  readonly waitMs: number;
}

/** Attempts at a server that refuses the agent, before the next is tried: a new key may be on its way there. */
export const maxRefusals = 5;

/**
 * - `lost`: it reported, and the connection is gone. The next server, after half to nine tenths of the time, by
 *   `share`: not all at once, and time is left for connecting.
 * - `unreachable`: the next server; after the whole list was tried, from its beginning.
 * - `refused`: the same server `maxRefusals` times, then the next.
 */
export function nextCourse(
  { server, tries }: Course,
  outcome: 'lost' | 'unreachable' | 'refused',
  servers: number,
  { reconnectMs, retryMs }: Pick<AgentTimes, 'reconnectMs' | 'retryMs'>,
  share: number,
): Course {
  const next = (server + 1) % servers;
  switch (outcome) {
    case 'lost':
      return { server: next, tries: 0, waitMs: Math.round(reconnectMs * (0.5 + 0.4 * share)) };
    case 'unreachable':
      return { server: next, tries: 0, waitMs: retryMs };
    case 'refused':
      return tries + 1 < maxRefusals
        ? { server, tries: tries + 1, waitMs: retryMs }
        : { server: next, tries: 0, waitMs: retryMs };
  }
}
