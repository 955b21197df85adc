/**
 * What these actors need of a link. Structural twins of the types in `packages/link`, narrowed: a
 * `Link` of that package fits without an adapter.
 */
import type { ActorName, CloseCode, NodeName, Role, WireMessage } from '@muster/protocol';

/** Who a link leads to. */
export interface PeerInfo {
  readonly node: NodeName;
  readonly role: Role;
  readonly version: string;
  /** `10.0.0.7:4123` */
  readonly address: string;
  /** The peer's wall clock minus ours at the handshake, ms. */
  readonly skewMs: number;
}

/** An open link, as far as the dialer and the listener touch it. */
export interface OpenedLink {
  readonly peer: PeerInfo;
  /** Says goodbye with the reason, sends what is queued, closes. Does nothing on a closed link. */
  close(code: CloseCode, text: string): void;
  /** Closes at once. Does nothing on a closed link. */
  destroy(reason: Error): void;
}

/** An open link, as its node actor uses it. Streams of bytes are opened on the link itself, past the actor. */
export interface NodeLink extends OpenedLink {
  /** Queues a message. False when the link is closed or its queue is full: the message is lost. */
  tell(to: ActorName, message: WireMessage): boolean;
  /** Rejects when the link closes, the peer refuses, or no answer comes in time. */
  ask(to: ActorName, message: WireMessage, timeoutMs: number): Promise<WireMessage>;
  /** Resolves with the round trip, ms; rejects when no answer came in time. */
  ping(timeoutMs: number): Promise<number>;
  readonly stats: () => NodeLinkStats;
}

export interface NodeLinkStats {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly bulkIn: number;
  readonly bulkOut: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly streams: number;
}

/** Answers one ask, once. */
export interface AskAnswer {
  reply(message: WireMessage): void;
  fail(code: string, text: string): void;
}

/** The end of a stream that the peer opened and that we fill. */
export interface StreamToPeer {
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
  abort(code: string, text: string): void;
  readonly signal: AbortSignal;
}

/** How a link ended. */
export interface LinkEnd {
  readonly how: 'goodbye' | 'lost' | 'violation' | 'closed';
  readonly code: CloseCode | 'lost';
  readonly text: string;
}

/** What the owner of a link is told. `closed` exactly once. */
export interface NodeLinkHandlers {
  readonly message: (to: ActorName, message: WireMessage) => void;
  readonly ask: (to: ActorName, message: WireMessage, answer: AskAnswer) => void;
  readonly open: (to: ActorName, message: WireMessage, stream: StreamToPeer) => void;
  readonly closed: (end: LinkEnd) => void;
}

/** Why something on a link failed: a stable code, and plain words with the cure. */
export interface Failure {
  readonly code: string;
  readonly text: string;
}

/** Reads the code of a `LinkError`; anything else is `failed`. */
export function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
  return { code, text };
}

/**
 * Opens a link that may be given up: rejects as soon as `signal` aborts, and closes a link that opens
 * after that.
 */
export function openUnless<L extends OpenedLink>(
  signal: AbortSignal,
  open: (signal: AbortSignal) => Promise<L>,
): Promise<L> {
  return new Promise((resolve, reject) => {
    const givenUp = (): void => reject(signal.reason);
    if (signal.aborted) return givenUp();
    signal.addEventListener('abort', givenUp, { once: true });
    open(signal).then(
      (link) => {
        signal.removeEventListener('abort', givenUp);
        if (signal.aborted) link.close('shutting-down', 'this node gave the link up before it was open');
        else resolve(link);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', givenUp);
        reject(error);
      },
    );
  });
}
