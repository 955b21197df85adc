/** The manager of 4.x, whose word lies in the database behind wazuh-db's sockets (`reference/agent-info.md` 5 and 7). */
import { Buffer } from 'node:buffer';
import { unknownAgent } from '../files/publish-files.ts';
import type { Manager, ManagerFault, PublishedAgent } from '../manager.ts';
import { capped, ManagerError } from '../manager-error.ts';
import type { ManagerKeys } from '../manager-keys.ts';
import type { LocalSockets } from '../sockets.ts';
import { openOwnRows } from './own-rows.ts';
import { fullRowOf } from './rows.ts';
import { checkStatus, httpSocket, openSeenRows, syncLimits, syncUrl } from './seen-rows.ts';
import { openWdb, socketFailed } from './wdb.ts';
import { openWdbGroups } from './wdb-groups.ts';

export interface WazuhDbManagerOptions {
  readonly sockets: LocalSockets;
  /** Absolute path of R. */
  readonly root: string;
  readonly keys: ManagerKeys;
  /** The database of a master flags none of its agents: they are asked for otherwise. Absent: a worker. */
  readonly isMaster?: boolean;
  /** As the manager beside us writes it into its rows. */
  readonly ownNode: string;
  /** ms since 1970 */
  readonly wallNow: () => number;
  /** Resolves in a later turn of the event loop. */
  readonly turn: () => Promise<void>;
}

/** Agents of one POST: some 300 KB. */
const agentsAPost = 500;

/** Asks wazuh-db whenever it is asked; there are no hints, so the caller polls. */
export function openWazuhDbManager(options: WazuhDbManagerOptions): Manager {
  const { sockets, root, keys } = options;
  const ask = openWdb(sockets, root);
  const ending = new AbortController();
  const { ownNode, wallNow } = options;
  const ended = ending.signal;
  const own = options.isMaster === true ? openOwnRows(ask, { ownNode, wallNow, ended }) : undefined;
  const rows = openSeenRows({ ...options, ask, ended }, own);
  return {
    kind: 'wazuh-db',
    seen: rows.seen,
    watch: () => ({ close: () => {} }),
    publish: (agents, signal) => publish(options, agents, signal),
    // Its own modules mirror client.keys into the database, and take out what is no more.
    forget: (ids) => {
      for (const id of ids) if (!keys.has(id)) rows.held.delete(id);
      return Promise.resolve([]);
    },
    ...openWdbGroups(ask, keys),
    close: async () => ending.abort(new ManagerError(httpSocket, 'closed', 'Muster has ended')),
  };
}

/** Full rows only: of a keep-alive alone the database would set its own time. */
async function publish(
  { sockets, root, keys, ownNode, turn }: WazuhDbManagerOptions,
  agents: readonly PublishedAgent[],
  signal: AbortSignal,
): Promise<readonly ManagerFault[]> {
  signal.throwIfAborted();
  const faults: ManagerFault[] = [];
  const others = agents.filter(({ id, node }) => {
    if (node !== ownNode && !keys.has(id)) faults.push(unknownAgent(id));
    return node !== ownNode && keys.has(id);
  });
  for (let at = 0; at < others.length; at += agentsAPost) {
    const body = Buffer.from(JSON.stringify({ syncreq: others.slice(at, at + agentsAPost).map(fullRowOf) }));
    const answer = await sockets
      .http(`${root}/${httpSocket}`, { method: 'POST', url: syncUrl, body }, syncLimits, signal)
      .catch((error: unknown) => {
        throw socketFailed(httpSocket, error);
      });
    checkStatus(answer);
    await turn();
  }
  return capped(faults);
}
