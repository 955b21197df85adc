/** The network between simulated machines: ordered and reliable until cut, as TCP is. */
import type { PeerIdentity, Transport } from '@muster/link';
import type { Sent } from '../happenings.ts';
import type { Host } from '../host.ts';

export interface Network {
  /**
   * The end of a process: a master listens, a worker dials the master. The identity is what its key proves. The
   * machine is `host.node`; it need be no node of the cluster. A machine that had vanished is back with this call.
   */
  transport(host: Host, options: TransportOptions): Transport;
  /** From now on nothing passes between a machine of `left` and one of `right`, in either direction, and nobody is told: what is sent waits, as TCP's retransmissions do, and goes on when it heals, unless a side gave up. Returns the healing, which may be called twice. */
  partition(left: readonly string[], right: readonly string[]): () => void;
  /** Nothing passes from `from` to `to`, acknowledgements neither; the other direction works. Returns the healing. */
  oneWay(from: string, to: string): () => void;
  /** Every connection between the two is reset; of what was on its way some may still come, the rest is lost, also in the middle of a frame. */
  reset(one: string, other: string): void;
  /**
   * A machine lost its power: its peers hear nothing, not even a reset; a restarted machine resets what is left of
   * the old. Its process must die at the same time, before or after this call. (For a pulled cable use `partition`.)
   */
  vanish(node: string): void;
  /**
   * The kernel closes every connection of a dead process: in good order, as a TCP stack does it, or with a reset
   * where bytes came that the process had not read. Called by itself at the death of each host that has a transport.
   */
  processDied(host: Host): void;
  readonly faults: NetworkFaults;
  /** Ends of connections that this process has not closed, dials and handshakes included. None when it is dead. */
  open(host: Host): number;
  /** The most bytes that ever waited in one connection for the system to take them, by node. */
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
  /** Handshakes take so long in all, ms, uniform, beside the three ways on the line. */
  handshake: { minMs: number; maxMs: number };
  /** Probability that what is written at once arrives in several pieces, cut anywhere. */
  split: number;
}

export interface TransportOptions {
  readonly identity: PeerIdentity;
  /** The cluster's shared key; one that is not the master's is turned away. */
  readonly key: string;
  /** The machine to dial; a master has none, and listens. */
  readonly master?: string;
  /** How long a handshake may take before either side gives up, ms. */
  readonly handshakeMs: number;
  /** Connections in all, and from one machine before their handshake is over. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
}
