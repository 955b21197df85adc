import type { ActorName, CloseCode, NodeName, Role, WireMessage } from '@muster/protocol';

/** Who a link leads to, after hello and welcome. */
export interface Peer {
  readonly node: NodeName;
  readonly role: Role;
  readonly version: string;
  readonly address: string;
  readonly protocol: number;
  /** The peer's wall clock minus ours at the handshake, ms. */
  readonly skewMs: number;
}

/** An open link to a peer: messages, asks, and streams of bytes that never delay the messages. */
export interface Link {
  readonly peer: Peer;
  /** Queues a message. False when the link is closed or its send queue is full: the message is lost. */
  tell(to: ActorName, message: WireMessage): boolean;
  /** Rejects with a `LinkError` (closed, timed out, refused by the peer). */
  ask(to: ActorName, message: WireMessage, timeoutMs: number): Promise<WireMessage>;
  /**
   * Opens a stream: the peer answers the request with bytes. Reading grants credit, so that a slow
   * reader slows the sender. Aborting `signal` aborts the stream. Ends with an error when it was aborted.
   */
  open(to: ActorName, message: WireMessage, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Resolves with the round trip, ms; rejects when no answer came in time. */
  ping(timeoutMs: number): Promise<number>;
  /** Says goodbye with the reason, sends what is queued, closes. */
  close(code: CloseCode, text: string): void;
  /** Closes at once. */
  destroy(reason: Error): void;
  readonly stats: () => LinkStats;
}

export interface LinkStats {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of these, bytes of streams. */
  readonly bulkIn: number;
  readonly bulkOut: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** Open now, of both sides. */
  readonly streams: number;
  /** Asks of both sides that wait for an answer. */
  readonly asks: number;
  /** Bytes that the system has not taken yet. */
  readonly queuedBytes: number;
}

/** The sender's end of a stream. */
export interface OutgoingStream {
  /** Resolves when the bytes may leave: credit is there and the socket's queue is short. Rejects when aborted. */
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
  abort(code: string, text: string): void;
  readonly signal: AbortSignal;
}

/** What the owner of a link is told. */
export interface LinkHandlers {
  readonly message: (to: ActorName, message: WireMessage) => void;
  readonly ask: (to: ActorName, message: WireMessage, answer: Answer) => void;
  readonly open: (to: ActorName, message: WireMessage, stream: OutgoingStream) => void;
  /** Exactly once. */
  readonly closed: (reason: LinkClosed) => void;
}

/** Answers one ask, once; later calls do nothing. `reply` throws for what cannot be sent; the ask may then still fail. */
export interface Answer {
  reply(message: WireMessage): void;
  fail(code: string, text: string): void;
}

export interface LinkClosed {
  /** `goodbye`: the peer said so; `lost`: the connection broke; `violation`: we closed on a breach; `closed`: we closed. */
  readonly how: 'goodbye' | 'lost' | 'violation' | 'closed';
  readonly code: CloseCode | 'lost';
  readonly text: string;
}
