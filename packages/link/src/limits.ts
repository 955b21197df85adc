/** Every bound of a link, with why it is what it is. */
export interface LinkLimits {
  /** Time for the TLS handshake, and again for hello and its answer, ms. A peer on a bad line needs under 2 s. */
  readonly handshakeMs: number;
  /** Connections in all, authenticated ones included: keeps the process inside its 1,024 descriptors. */
  readonly connections: number;
  /** Connections from one address that have not finished the TLS handshake. The oldest silent one makes room. */
  readonly unprovenPerAddress: number;
  /** The same from all addresses together. */
  readonly unproven: number;
  /** Bytes of the frame that carries the hello: a peer that is not known yet gets no more memory than this. */
  readonly helloBytes: number;
  /** Streams open at once, in each direction. */
  readonly streams: number;
  /** Asks without an answer at once, in each direction. */
  readonly asks: number;
  /** Bytes queued for a peer that does not read. Above, `tell` returns false. */
  readonly sendQueueBytes: number;
  /** The link closes with `overloaded` when its send queue stays full for this long, ms. */
  readonly overloadedMs: number;
  /** Bytes that a stream's sender may be ahead of its reader: what a reader holds in memory at most. */
  readonly windowBytes: number;
  /** Bytes of one data frame: one TLS record, so that the reader never has to put a frame together. */
  readonly pieceBytes: number;
  /** Stream bytes wait while more than this is queued: at most this is ahead of a heartbeat. */
  readonly bulkQueueBytes: number;
  /** Time for a goodbye or refusal to leave before the connection is destroyed, ms. */
  readonly lingerMs: number;
}

export const linkLimits: LinkLimits = {
  handshakeMs: 5_000,
  connections: 512,
  unprovenPerAddress: 10,
  unproven: 128,
  helloBytes: 4_096,
  streams: 32,
  asks: 1_024,
  sendQueueBytes: 8 * 1024 * 1024,
  overloadedMs: 10_000,
  windowBytes: 1024 * 1024,
  pieceBytes: 64 * 1024,
  bulkQueueBytes: 256 * 1024,
  lingerMs: 2_000,
};
