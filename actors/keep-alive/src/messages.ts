import type { Ref } from '@muster/actor';
import type { Beat, GenerationId, NodeName, NodeView, Role, SyncState } from '@muster/protocol';

/**
 * `unknown`: linked, no beat yet. `up`: beats arrive. `suspect`: silent, or its link is lost. `down`:
 * silent for longer. `left`: it said goodbye.
 */
export type Liveness = NodeView['liveness'];

/** An open link, as the handshake made it known. */
export interface LinkedPeer {
  readonly peer: NodeName;
  /** Tells one link to a peer from the next: unique within the process. */
  readonly link: number;
  readonly role: Role;
  readonly version: string;
  readonly address: string;
  /** The peer's wall clock minus ours at the handshake, ms. */
  readonly skewMs: number;
}

/** What a node says of itself in its beats. */
export interface OwnStatus {
  /** The generation that the disk holds (worker) or that is published (master). Absent: none yet. */
  readonly holds?: GenerationId;
  readonly state: SyncState;
  readonly files: number;
  /** Plain words; cut after 2,000 characters on the wire. */
  readonly why?: string;
}

/** How far this node is behind its master. */
export interface OwnLag {
  /** Absent where the two generations are not of one epoch, or one is not known. */
  readonly lag?: number;
  /** 0 in sync. */
  readonly behindMs: number;
}

/** What the keep-alive actor accepts. */
export type KeepAliveMessage =
  | ({ readonly type: 'peer-linked' } & LinkedPeer)
  /** The link `link` closed. One that is no longer the peer's current link is ignored. */
  | {
      readonly type: 'peer-unlinked';
      readonly peer: NodeName;
      readonly link: number;
      readonly how: 'goodbye' | 'lost';
      readonly reason: string;
    }
  /** A beat of `peer` arrived. One of a peer without a link is ignored. */
  | { readonly type: 'beat'; readonly peer: NodeName; readonly beat: Beat }
  /** What `status()` returns has changed: the peers are told now rather than at the next beat. */
  | { readonly type: 'status-changed' }
  /** A peer that is gone for good is listed no more. One that is linked stays. */
  | { readonly type: 'forget'; readonly peer: NodeName }
  /** A row per peer, by name; this node itself is not among them. */
  | { readonly type: 'get-nodes'; readonly replyTo: Ref<readonly NodeView[]> }
  /** On a worker: how far it is behind its master. On the master always 0. */
  | { readonly type: 'get-own-lag'; readonly replyTo: Ref<OwnLag> };

/** What it tells the node: each change once; after a restart what still holds may be told again. */
export type KeepAliveEvent =
  | {
      readonly type: 'liveness-changed';
      readonly peer: NodeName;
      readonly from: Liveness;
      readonly to: Liveness;
      /** Plain words. */
      readonly reason: string;
    }
  /** Once per link, when the clocks differ by more than 2 s. Something to warn of; nothing depends on it. */
  | { readonly type: 'clock-skew'; readonly peer: NodeName; readonly skewMs: number; readonly text: string }
  /** This node was busy or asleep for `lateMs`; it has given its peers more time. */
  | { readonly type: 'own-loop-lagged'; readonly lateMs: number };

/** For `ask`: a row per peer. */
export const getNodes = (replyTo: Ref<readonly NodeView[]>): KeepAliveMessage => ({ type: 'get-nodes', replyTo });

/** For `ask`: how far this worker is behind. */
export const getOwnLag = (replyTo: Ref<OwnLag>): KeepAliveMessage => ({ type: 'get-own-lag', replyTo });
