import type { Ref } from '@muster/actor';
import type { ActorName, CloseCode, WireMessage } from '@muster/protocol';
import type { Failure, LinkEnd, NodeLinkStats } from './ports.ts';

/** What an ask over the link came to. */
export type AskOutcome =
  | { readonly ok: true; readonly message: WireMessage }
  | { readonly ok: false; readonly failure: Failure };

/** What `get-stats` answers. */
export interface NodeStats extends NodeLinkStats {
  /** Messages that the link did not take: closed, or its queue was full. */
  readonly lost: number;
}

/** What a node actor accepts. */
export type NodeMessage =
  /** Sends a message to an actor of the peer. Lost when the link is closed or full; the loss is counted. */
  | { readonly type: 'send'; readonly to: ActorName; readonly message: WireMessage }
  | {
      readonly type: 'ask-peer';
      readonly to: ActorName;
      readonly message: WireMessage;
      readonly timeoutMs: number;
      readonly replyTo: Ref<AskOutcome>;
    }
  /** Whether the peer answers a ping within a second. */
  | { readonly type: 'probe'; readonly replyTo: Ref<'alive' | 'dead'> }
  /** Says goodbye and closes the link; the actor's end follows. */
  | { readonly type: 'close'; readonly code: CloseCode; readonly text: string }
  | { readonly type: 'get-stats'; readonly replyTo: Ref<NodeStats> };

/** What it tells the node. */
export type NodeEvent =
  /** The link has closed, for good. Exactly once, after the last message that came over it. */
  | { readonly type: 'link-closed'; readonly end: LinkEnd }
  /** Messages to the peer were lost: told at the first and then at every thousandth. */
  | { readonly type: 'messages-lost'; readonly lost: number; readonly last: WireMessage['type'] };

/** For `ask`: whether the peer answers. Give it more than a second. */
export const probe = (replyTo: Ref<'alive' | 'dead'>): NodeMessage => ({ type: 'probe', replyTo });

/** For `ask`: what went over the link. */
export const getStats = (replyTo: Ref<NodeStats>): NodeMessage => ({ type: 'get-stats', replyTo });
