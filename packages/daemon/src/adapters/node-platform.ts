/** Adapter: the real world of a node. */
import { nactScheduler, systemClock, systemRandom } from '@muster/actor';
import { clusterSocketPath, listenOnUnix } from '@muster/cluster-socket';
import type { NodeConfig } from '@muster/config';
import { controlSocketPath, listenLocally } from '@muster/control';
import { nodeHaproxyPorts } from '@muster/haproxy';
import { endOfTurn, linkLimits, tlsTransport } from '@muster/link';
import type { Log } from '@muster/log';
import { unixSockets } from '@muster/manager';
import { openLmdbKv } from '@muster/store';
import { nodeDisk } from '@muster/tree';
import type { Platform } from '../platform.ts';
import { watchEventLoop } from './event-loop.ts';
import { nodeHost } from './host.ts';
import { openRest, systemHeap } from './memory.ts';

export interface OpenPlatform {
  readonly platform: Platform;
  /** Ends threads and timers; call it when every actor is stopped. */
  close(): Promise<void>;
}

/** Rejects with a `LinkError('bad-option')` when name or cluster cannot be an identity. */
export async function openNodePlatform(config: NodeConfig, log: Log): Promise<OpenPlatform> {
  const { cluster, muster, root } = config;
  const { handshakeTimeoutMs: handshakeMs, connections, connectionsPerAddress: unprovenPerAddress } = muster.link;
  const listenHttp = muster.httpApi.enabled ? await loadHttp(config) : undefined;
  const scheduler = nactScheduler();
  const disk = nodeDisk({ rested: openRest(systemHeap()) });
  const loop = watchEventLoop();
  const platform: Platform = {
    clock: systemClock,
    wallNow: () => Date.now(),
    random: systemRandom,
    scheduler,
    defer: endOfTurn,
    disk,
    links: tlsTransport({
      ...(cluster.nodeType === 'master'
        ? { listen: { bindAddr: cluster.bindAddr, port: cluster.port } }
        : { dial: { host: cluster.nodes[0]!, port: cluster.port } }),
      key: cluster.key,
      cluster: cluster.name,
      node: cluster.nodeName,
      role: cluster.nodeType,
      limits: { ...linkLimits, handshakeMs, connections, unprovenPerAddress },
      clock: systemClock,
    }),
    listenLocally: listenLocally(controlSocketPath(root)),
    listenInternally: listenOnUnix({ path: clusterSocketPath(root), owner: ownerOf(config) }),
    openStore: openLmdbKv,
    sockets: unixSockets(),
    haproxy: nodeHaproxyPorts(),
    ...(listenHttp === undefined ? {} : { listenHttp }),
    log,
    process: {
      pid: process.pid,
      uid: () => process.geteuid?.() ?? 0,
      rssBytes: () => process.memoryUsage.rss(),
      loopDelayMs: loop.delayMs,
    },
    host: nodeHost,
  };
  return {
    platform,
    close: async () => {
      loop.close();
      scheduler.stop();
      await disk.close();
    },
  };
}

/** Whom files are given to; undefined where this process may give them to nobody. */
const ownerOf = ({ muster: { files } }: NodeConfig) =>
  files.uid === undefined || files.gid === undefined ? undefined : { uid: files.uid, gid: files.gid };

/**
 * A node without an API pays nothing for it. Loaded before anything else is opened: once `lstatSync` has seen a socket,
 * the loader of Node 20 and 22 takes what it resolves for one too (`realpathSync` looks at the stale result of the last
 * call), follows no more links, and finds no package of a pnpm workspace.
 */
async function loadHttp(config: NodeConfig): Promise<NonNullable<Platform['listenHttp']>> {
  const { httpListener } = await import('@muster/http-api/server');
  const { root, muster } = config;
  return httpListener({ root, options: muster.httpApi, secrets: secretsOf(config) });
}

/** What no answer to a stranger may hold, wherever it came from. */
const secretsOf = ({ cluster, haproxyHelper, muster: { haproxy } }: NodeConfig): readonly string[] =>
  [
    cluster.key,
    haproxyHelper?.password,
    haproxyHelper?.clientCertPassword,
    haproxy.tls.password,
    haproxy.api.password,
  ].filter((secret) => secret !== undefined);
