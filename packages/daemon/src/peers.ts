/** The open links of a node, each with its node actor: who is spoken to by name. */
import { type Ref, tell } from '@muster/actor';
import type { PausedLink } from '@muster/link';
import type { NodeMessage } from '@muster/node';
import type { ActorName, NodeName, WireMessage } from '@muster/protocol';
import { openReconnects, type Reconnects } from './reconnects.ts';

export interface LinkedNode {
  readonly link: PausedLink;
  /** Unique within the process: tells one link to a node from the next. */
  readonly number: number;
  readonly actor: Ref<NodeMessage>;
  /** When it opened, ms of the clock. */
  readonly since: number;
}

/** Bytes over links since the start, before encryption. `bulk`: stream bytes, counted in the sums, too. */
export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly sentBulkBytes: number;
  readonly receivedBulkBytes: number;
}

export interface Peers {
  add(link: PausedLink, actor: (number: number) => Ref<NodeMessage>, now: number): LinkedNode;
  /** Forgets the link, if it is the one that `link` is. */
  remove(link: PausedLink): LinkedNode | undefined;
  of(name: NodeName): LinkedNode | undefined;
  all(): readonly LinkedNode[];
  /** Bytes that crossed links since the start, those of closed links included. */
  traffic(): Traffic;
  readonly reconnects: Omit<Reconnects, 'linked'>;
  /** Queues a message for an actor of a peer. Lost when there is no link. */
  send(name: NodeName, to: ActorName, message: WireMessage): void;
}

const nothing: Traffic = { sentBytes: 0, receivedBytes: 0, sentBulkBytes: 0, receivedBulkBytes: 0 };

/** No links yet. */
export function openPeers(): Peers {
  const byName = new Map<NodeName, LinkedNode>();
  const reconnects = openReconnects();
  let links = 0;
  let closed = nothing;
  return {
    add: (link, actor, now) => {
      links += 1;
      const node = { link, number: links, actor: actor(links), since: now };
      byName.set(link.peer.node, node);
      reconnects.linked(link.peer.node);
      return node;
    },
    remove: (link) => {
      const node = byName.get(link.peer.node);
      if (node?.link !== link) return undefined;
      byName.delete(link.peer.node);
      closed = plus(closed, link);
      return node;
    },
    of: (name) => byName.get(name),
    all: () => [...byName.values()],
    traffic: () => [...byName.values()].reduce((sum, { link }) => plus(sum, link), closed),
    reconnects,
    send: (name, to, message) => {
      const node = byName.get(name);
      if (node !== undefined) tell(node.actor, { type: 'send', to, message });
    },
  };
}

function plus(sum: Traffic, link: PausedLink): Traffic {
  const { bytesOut, bytesIn, bulkOut, bulkIn } = link.stats();
  return {
    sentBytes: sum.sentBytes + bytesOut,
    receivedBytes: sum.receivedBytes + bytesIn,
    sentBulkBytes: sum.sentBulkBytes + bulkOut,
    receivedBulkBytes: sum.receivedBulkBytes + bulkIn,
  };
}
