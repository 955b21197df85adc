import type { NodeName, Role } from '@muster/protocol';

/** Who is at the other end, as the encrypted handshake proved it. The hello must say the same. */
export interface PeerIdentity {
  readonly cluster: string;
  readonly node: NodeName;
  readonly role: Role;
}

/** An ordered, reliable, authenticated stream of bytes: a TLS socket, a unix socket, or a simulated one. */
export interface Connection {
  /** Undefined where the transport proves none (the dialer of a PSK link, the local socket). */
  readonly identity: PeerIdentity | undefined;
  /** For showing and for counting connections: `10.0.0.7:41234`. */
  readonly remoteAddress: string;
  /** Bytes accepted by `write` and not yet taken by the system. */
  readonly buffered: () => number;
  /** Queues bytes; never throws. The caller does not change them afterwards. */
  write(bytes: Uint8Array): void;
  /** Holds back, or lets through, what is written in between, so that it leaves in one piece. */
  cork(): void;
  uncork(): void;
  /** Stops, or resumes, the calls of `data`: backpressure on the peer. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes. */
  end(): void;
  /** Closes at once. `closed` is still called, once. */
  destroy(reason?: Error): void;
  /** Set once, right after opening. The buffers that `data` gets are the receiver's: the transport never touches them again. */
  listen(handlers: ConnectionHandlers): void;
}

export interface ConnectionHandlers {
  readonly data: (bytes: Uint8Array) => void;
  /** What was queued has been taken by the system. */
  readonly drained: () => void;
  /** Exactly once. `error` when it did not close in good order. */
  readonly closed: (error: Error | undefined) => void;
}

export interface Listening {
  /** The port (or path) that it listens on, for port 0. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Where connections come from: TLS-PSK in production. The caps are the transport's own. */
export interface Transport {
  /** Rejects with a `LinkError` when the address cannot be bound. */
  listen(handlers: {
    readonly connection: (connection: Connection) => void;
    /** A connection that was turned away before it was one: wrong key, no handshake in time, too many. */
    readonly rejected: (rejection: Rejection) => void;
  }): Promise<Listening>;
  /** Rejects with a `LinkError` whose code says why: refused, unreachable, wrong key, unknown name, no answer in time. */
  dial(signal: AbortSignal): Promise<Connection>;
}

export interface Rejection {
  readonly code: 'wrong-key' | 'unknown-identity' | 'handshake-timeout' | 'too-many' | 'not-tls' | 'closed';
  readonly remoteAddress: string;
  /** Plain words for the log: what was wrong and what mends it. */
  readonly text: string;
}
