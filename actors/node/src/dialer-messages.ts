import type { Ref } from '@muster/actor';
import type { Failure, LinkEnd, PeerInfo } from './ports.ts';

/** What `get-link` answers. */
export interface LinkView {
  readonly state: 'dialing' | 'linked' | 'waiting';
  /** Dials since the last link that held. */
  readonly attempt: number;
  /** Why there is no link, or why there was none before this one. */
  readonly lastError?: Failure;
  /** Milliseconds until the next dial; while waiting only. */
  readonly nextTryMs?: number;
}

/** What the dialer accepts. */
export type DialerMessage =
  /** The link that it handed over has closed. */
  | { readonly type: 'link-closed'; readonly end: LinkEnd }
  | { readonly type: 'get-link'; readonly replyTo: Ref<LinkView> };

/** What it tells the node. */
export type DialerEvent =
  | { readonly type: 'linked'; readonly peer: PeerInfo; readonly attempt: number }
  | {
      readonly type: 'link-closed';
      readonly end: LinkEnd;
      /** How long the link held, ms. */
      readonly heldMs: number;
      readonly nextTryMs: number;
    }
  /** A dial failed; told once for each change of the code, then at every tenth time. */
  | {
      readonly type: 'dial-failed';
      readonly failure: Failure;
      /** How often in a row with this code. */
      readonly times: number;
      readonly nextTryMs: number;
    };

/** For `ask`: the state of the link to the master. */
export const getLink = (replyTo: Ref<LinkView>): DialerMessage => ({ type: 'get-link', replyTo });
