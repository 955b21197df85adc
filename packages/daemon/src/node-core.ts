/**
 * What both compositions share: the actor system, R on disk, the open links, how this node stands.
 */
import { type ActorSystem, type Ref, type Supervisor, SupervisorStoppedError, tell } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { KeepAliveDeps, KeepAliveMessage, OwnStatus } from '@muster/keep-alive';
import { type LinkDeps, linkLimits, type OwnIdentity, type PausedLink } from '@muster/link';
import type { Metrics } from '@muster/metrics';
import { type NodeDeps, type NodeEvent, spawnNode } from '@muster/node';
import type { LineLimit } from './line-limit.ts';
import { logNode } from './link-log.ts';
import type { Peers } from './peers.ts';
import type { Platform } from './platform.ts';
import { version } from './version.ts';

/** A running node. */
export interface RunningNode {
  readonly system: ActorSystem;
  readonly metrics: Metrics;
  /** Says goodbye to the peers and stops every actor, last started first. */
  stop(): Promise<void>;
}

/** How a link is named and bounded by this node's configuration. */
export function linkSettings(
  { cluster, muster: { link } }: NodeConfig,
  { clock, wallNow, defer }: Platform,
): { readonly own: OwnIdentity; readonly deps: LinkDeps } {
  const { handshakeTimeoutMs: handshakeMs, connections, connectionsPerAddress: unprovenPerAddress } = link;
  return {
    own: { cluster: cluster.name, node: cluster.nodeName, role: cluster.nodeType, version },
    deps: { clock, wallNow, defer, limits: { ...linkLimits, handshakeMs, connections, unprovenPerAddress } },
  };
}

/** How this node stands: told by one actor, read by others. */
export interface Standing {
  read(): OwnStatus;
  set(status: OwnStatus): void;
}

/** `changed` is called when the status is not what it was. */
export function openStanding(changed: () => void): Standing {
  let status: OwnStatus = { state: 'starting', files: 0 };
  return {
    read: () => status,
    set: (next) => {
      if (JSON.stringify(next) === JSON.stringify(status)) return;
      status = next;
      changed();
    },
  };
}

/** What links need of the rest of the node. */
export interface Linking {
  readonly platform: Platform;
  readonly links: Supervisor;
  readonly peers: Peers;
  readonly keepAlive: Ref<KeepAliveMessage>;
  readonly routes: Pick<NodeDeps, 'deliver' | 'deliverAsk' | 'deliverOpen'>;
  readonly limit: LineLimit;
  /** After the peer is known to everybody, and after everybody was told that it is gone. */
  readonly linked: (link: PausedLink) => void;
  readonly unlinked: (link: PausedLink, event: Extract<NodeEvent, { readonly type: 'link-closed' }>) => void;
}

/** Gives an open link its node actor and tells the node of it. One that opens while the node stops is closed with a goodbye. */
export function takeLink(link: PausedLink, linking: Linking): void {
  try {
    addLink(link, linking);
  } catch (error) {
    // The actor that did not come to be has closed it.
    if (!(error instanceof SupervisorStoppedError)) throw error;
  }
}

function addLink(link: PausedLink, linking: Linking): void {
  const { platform, links, peers, keepAlive, routes, limit } = linking;
  const { clock, log } = platform;
  const { node, role, version: peerVersion, address, skewMs } = link.peer;
  const report = (event: NodeEvent): void => {
    logNode(log, limit, node, event);
    if (event.type === 'link-closed') void dropLink(link, event, linking);
  };
  const linked = peers.add(
    link,
    () =>
      links.spawn(
        (parent) => spawnNode(parent, { clock, link, start: (handlers) => link.start(handlers), ...routes, report }),
        { restart: 'temporary' },
      ),
    clock.now(),
  );
  tell(keepAlive, {
    type: 'peer-linked',
    peer: node,
    link: linked.number,
    role,
    version: peerVersion,
    address,
    skewMs,
  });
  linking.linked(link);
}

/** The actor of a closed link is stopped before the name is given out again, for its successor has the same name. */
async function dropLink(
  link: PausedLink,
  event: Extract<NodeEvent, { readonly type: 'link-closed' }>,
  { peers, keepAlive, links, unlinked }: Linking,
): Promise<void> {
  const dropped = peers.remove(link);
  if (dropped === undefined) return;
  const { how, code, text } = event.end;
  tell(keepAlive, {
    type: 'peer-unlinked',
    peer: link.peer.node,
    link: dropped.number,
    how: how === 'goodbye' && code === 'shutting-down' ? 'goodbye' : 'lost',
    reason: text,
  });
  await links.stopChild(dropped.actor);
  unlinked(link, event);
}

/** For the keep-alive: who is linked now. */
const linkedPeers = (peers: Peers) => () =>
  peers.all().map(({ link: { peer }, number }) => {
    const { node, role, version: peerVersion, address, skewMs } = peer;
    return { peer: node, link: number, role, version: peerVersion, address, skewMs };
  });

/** For the keep-alive: closes one certain link. */
const closeLink = (peers: Peers) => (name: string, number: number, text: string) => {
  const node = peers.of(name);
  if (node?.number === number) tell(node.actor, { type: 'close', code: 'silent', text });
};

/** What the keep-alive of either role needs; whom it reports to is the composition's matter. */
export const keepAliveDeps = (
  { clock, wallNow, process }: Platform,
  peers: Peers,
  standing: Standing,
  marks: KeepAliveDeps['marks'],
): Omit<KeepAliveDeps, 'report'> => ({
  clock,
  wallMs: wallNow,
  status: standing.read,
  marks,
  loopDelayMs: process.loopDelayMs,
  linkedPeers: linkedPeers(peers),
  sendBeat: (to, beat) => peers.send(to, 'keep-alive', beat),
  closeLink: closeLink(peers),
});

/** For `spawnKeepAlive`. */
export const keepAliveConfig = ({ cluster, muster: { keepAlive } }: NodeConfig) => ({
  role: cluster.nodeType,
  ...keepAlive,
});

/** For `spawnIntegrity`, over its defaults. */
export const integrityConfig = ({ cluster, muster: { integrity } }: NodeConfig) => ({
  role: cluster.nodeType,
  coalesceMs: integrity.coalesceMs,
  reconcileEveryMs: integrity.reconcileEveryMs,
  pollEveryMs: integrity.pollEveryMs,
  confirmAfterMs: integrity.guard.confirmAfterMs,
});

/** For `spawnFileReplica`. */
export const guardLimits = ({ table, muster: { integrity } }: NodeConfig) => ({
  classes: table.map(({ directory }) => directory),
  percent: integrity.guard.percent,
  files: integrity.guard.files,
  confirmAfterMs: integrity.guard.confirmAfterMs,
});
