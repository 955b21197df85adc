/** The network between simulated machines: ordered and reliable until cut, as TCP is. */
import type { PeerIdentity, Transport } from '@muster/link';
import type { Sent } from '../happenings.ts';
import type { Host } from '../host.ts';

export interface Network {
  /** The end of a process: a master listens, a worker dials the master. The identity is what its key proves. */
  transport(host: Host, options: TransportOptions): Transport;
  /** From now on nothing passes between a machine of `left` and one of `right`, in either direction, and nobody is told: what is sent waits, as TCP's retransmissions do, and goes on when it heals, unless a side gave up. Returns the healing. */
  partition(left: readonly string[], right: readonly string[]): () => void;
  /** Nothing passes from `from` to `to`; the other direction works. */
  oneWay(from: string, to: string): () => void;
  /** Every connection between the two is reset; what was on its way is lost, also in the middle of a frame. */
  reset(one: string, other: string): void;
  /** A machine is gone (power, cable): its peers hear nothing, not even a reset; a restarted machine resets what is left of the old. */
  vanish(node: string): void;
  /** Every connection of a dead process is reset, as its kernel does. */
  processDied(host: Host): void;
  readonly faults: NetworkFaults;
  /** Every connection's ends that are not closed, of living and dead processes; for invariants. */
  open(host: Host): number;
  /** The most bytes that ever waited in one connection, by node. */
  mostBuffered(node: string): number;
  /** Told when bytes are given to a connection. One listener. */
  onSent(listener: (sent: Sent) => void): void;
}

/** Plain settings, changed while in use. The defaults are a quiet local network. */
export interface NetworkFaults {
  /** One way, ms, uniform, for each piece; order is kept. */
  latency: { minMs: number; maxMs: number };
  /** Bytes a millisecond on each connection and direction. */
  bandwidth: number;
  /** Probability that a piece is held up by `stallMs` (a lost segment, retransmitted). */
  stall: number;
  stallMs: number;
  /** Probability that a dial is refused, or never answered. */
  refuse: number;
  silent: number;
  /** Handshakes take so long, ms, uniform. */
  handshake: { minMs: number; maxMs: number };
  /** Probability that what is written at once arrives in several pieces, cut anywhere. */
  split: number;
}

export interface TransportOptions {
  readonly identity: PeerIdentity;
  /** The cluster's shared key; one that is not the master's is turned away. */
  readonly key: string;
  /** The machine to dial; a master has none. */
  readonly master: string;
  /** How long a handshake may take before either side gives up, ms. */
  readonly handshakeMs: number;
  /** Connections in all, and from one machine before their hello. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
}
