import type { Decision, Ref } from '@muster/actor';
import type { Beat, GenerationId, NodeName, NodeView, Role } from '@muster/protocol';
import type { KeepAliveEvent, LinkedPeer, Liveness, OwnLag } from './messages.ts';

export interface KeepAliveConfig {
  /** Which end this node is: the master judges workers against its own generation, a worker itself against its master's. */
  readonly role: Role;
  /** Milliseconds between two beats to a peer. At least 1. */
  readonly intervalMs: number;
  /** Milliseconds without a beat after which a peer is suspect. More than `intervalMs`. */
  readonly suspectAfterMs: number;
  /** Milliseconds without a beat after which a peer is down. More than `suspectAfterMs`. */
  readonly downAfterMs: number;
}

export interface Peer extends Omit<LinkedPeer, 'peer' | 'link'> {
  readonly name: NodeName;
  /** Undefined while it has none. */
  readonly link: number | undefined;
  readonly liveness: Liveness;
  readonly reason: string;
  readonly changedAt: number;
  /** When its last beat was handled. Undefined: never. */
  readonly heardAt: number | undefined;
  /** Where its silence counts from: its last beat, or its link before the first; later by what we were late ourselves. */
  readonly silentFrom: number;
  /** The same for the link that it has now. */
  readonly linkSilentFrom: number;
  /** The link was asked to close; asked once. */
  readonly closing: boolean;
  readonly beat: Beat | undefined;
  /** Since when it holds less than the master's newest. Undefined: it does not. */
  readonly behindSince: number | undefined;
}

export interface State {
  readonly peers: ReadonlyMap<NodeName, Peer>;
  /** Of the last beat sent. */
  readonly sequence: number;
  /** When the next tick is due; from then on it is late. */
  readonly tickDueAt: number;
  /** Nobody is accused before. */
  readonly graceUntil: number;
  /** No further grace before: a node that always lags still notices in the end. */
  readonly graceAgainAt: number;
  /** The last beat out of turn, and whether another waits. */
  readonly extraAt: number;
  readonly extraPending: boolean;
  readonly ownBehindSince: number | undefined;
}

/** What a step reads of the world. */
export interface Moment {
  /** Milliseconds on a monotonic scale. */
  readonly now: number;
  /** The generation that this node holds or has published. */
  readonly holds: GenerationId | undefined;
}

/** What only the actor itself sends. */
export type Own =
  /** Time to look for the silent. */
  | { readonly type: 'tick' }
  /** A beat interval passed. */
  | { readonly type: 'beat-due' }
  /** The pause after an extra beat passed. */
  | { readonly type: 'extra-due' };

export type Effect =
  /** One beat, the same for all of `to`. */
  | { readonly type: 'send-beat'; readonly to: readonly NodeName[]; readonly sequence: number }
  | { readonly type: 'schedule-extra'; readonly afterMs: number }
  | { readonly type: 'close-link'; readonly peer: NodeName; readonly link: number; readonly text: string }
  | { readonly type: 'report'; readonly event: KeepAliveEvent }
  | { readonly type: 'reply-nodes'; readonly to: Ref<readonly NodeView[]>; readonly value: readonly NodeView[] }
  | { readonly type: 'reply-lag'; readonly to: Ref<OwnLag>; readonly value: OwnLag };

export type Step = Decision<State, Effect>;

/**
 * Milliseconds between two looks for the silent: a quarter of the interval, so that a peer is found
 * down at most that much after its time; never more than 250.
 */
export const tickMsOf = (intervalMs: number): number => Math.max(1, Math.min(250, Math.floor(intervalMs / 4)));

/** A fresh incarnation knows who is linked, and of none whether it lives. */
export const initialState = (linked: readonly LinkedPeer[], now: number): State => ({
  peers: new Map(linked.map((peer) => [peer.peer, newPeer(peer, now)])),
  sequence: 0,
  tickDueAt: Number.POSITIVE_INFINITY,
  graceUntil: now,
  graceAgainAt: now,
  extraAt: Number.NEGATIVE_INFINITY,
  extraPending: false,
  ownBehindSince: undefined,
});

/** A peer as it is when its first link opens. */
export const newPeer = ({ peer, ...link }: LinkedPeer, now: number): Peer => ({
  ...link,
  name: peer,
  liveness: 'unknown',
  reason: 'linked, no beat yet',
  changedAt: now,
  heardAt: undefined,
  silentFrom: now,
  linkSilentFrom: now,
  closing: false,
  beat: undefined,
  behindSince: undefined,
});

export const next = (state: State, effects: readonly Effect[] = []): Step => ({ state, effects });

export const report = (event: KeepAliveEvent): Effect => ({ type: 'report', event });

/** `1.5 s` */
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
