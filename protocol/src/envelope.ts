import type { WireMessage } from './catalogue/index.ts';
import type { ActorName, NodeName, Role } from './ids.ts';

/** The first message on a link, from the dialer. Nothing else is accepted before it. */
export interface Hello {
  readonly kind: 'hello';
  /** The range of protocol versions that the sender speaks. */
  readonly protocol: { readonly min: number; readonly max: number };
  readonly cluster: string;
  readonly node: NodeName;
  readonly role: Role;
  /** Of Muster, for showing. */
  readonly version: string;
  /** The sender's wall clock, ms since 1970, for measuring skew. */
  readonly wallMs: number;
}

/** The acceptor's answer to a hello it takes. */
export interface Welcome {
  readonly kind: 'welcome';
  /** The version both will speak. */
  readonly protocol: number;
  readonly node: NodeName;
  readonly version: string;
  readonly wallMs: number;
}

/** Why a link is refused or closed. Stable codes, listed in `protocol/README.md`. */
export type CloseCode =
  | 'wrong-cluster'
  | 'wrong-role'
  | 'name-taken'
  | 'name-is-masters'
  | 'bad-name'
  | 'protocol-range'
  | 'identity-mismatch'
  | 'not-welcome'
  | 'protocol-violation'
  | 'replaced'
  | 'silent'
  | 'shutting-down'
  | 'overloaded';

/** What one frame carries, other than stream bytes. */
export type Envelope =
  | Hello
  | Welcome
  /** The answer to a hello that is not taken; then the connection closes. */
  | { readonly kind: 'refuse'; readonly code: CloseCode; readonly text: string }
  | { readonly kind: 'tell'; readonly to: ActorName; readonly message: WireMessage }
  | { readonly kind: 'ask'; readonly id: number; readonly to: ActorName; readonly message: WireMessage }
  | { readonly kind: 'reply'; readonly id: number; readonly message: WireMessage }
  /** The ask `id` got no answer, and why. */
  | { readonly kind: 'failure'; readonly id: number; readonly code: string; readonly text: string }
  /**
   * A request whose answer is a stream of bytes: the opener asks and grants credit, the acceptor sends data.
   * Stream ids are the opener's, from 1, each used once on a link.
   */
  | {
      readonly kind: 'open';
      readonly stream: number;
      readonly to: ActorName;
      readonly message: WireMessage;
      readonly credit: number;
    }
  /** The opener allows `bytes` more. */
  | { readonly kind: 'credit'; readonly stream: number; readonly bytes: number }
  /** The acceptor has sent everything. */
  | { readonly kind: 'end'; readonly stream: number }
  /** Either side gives the stream up. */
  | { readonly kind: 'abort'; readonly stream: number; readonly code: string; readonly text: string }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'pong'; readonly id: number }
  /** The sender closes the link on purpose. */
  | { readonly kind: 'goodbye'; readonly code: CloseCode; readonly text: string };

/** What one frame decodes to. `data` is a view of the network buffer: copy what outlives the call. */
export type Frame =
  | { readonly type: 'envelope'; readonly envelope: Envelope }
  | { readonly type: 'data'; readonly stream: number; readonly bytes: Uint8Array };

/** A breach of the protocol. The link closes with it. */
export interface Violation {
  /** Stable. Of this package: `ViolationCode`. */
  readonly code: string;
  /** Names what was wrong, never the bytes themselves. */
  readonly text: string;
}

export type Decoded =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly violation: Violation };
