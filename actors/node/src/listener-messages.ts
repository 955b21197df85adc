import type { Ref } from '@muster/actor';
import type { CloseCode, NodeName } from '@muster/protocol';
import type { Failure, OpenedLink, PeerInfo } from './ports.ts';

/** One name as the listener holds it. */
export interface RegistryRow {
  readonly name: NodeName;
  readonly address: string;
  readonly phase: 'greeting' | 'open' | 'leaving';
  readonly sinceMs: number;
}

/** What the listener accepts. */
export type ListenerMessage<L> =
  /** A link that it handed over has closed: its name is free. */
  | { readonly type: 'link-closed'; readonly link: L }
  | { readonly type: 'get-registry'; readonly replyTo: Ref<readonly RegistryRow[]> };

/** What it tells the node. */
export type ListenerEvent<R> =
  | { readonly type: 'listening'; readonly address: string; readonly port: number }
  /** Turned away before it was a connection: wrong key, no handshake in time, too many. */
  | { readonly type: 'rejected'; readonly rejection: R }
  /** Its hello was good, its name was not to be had. */
  | {
      readonly type: 'refused';
      readonly name: NodeName;
      readonly address: string;
      readonly code: CloseCode;
      readonly text: string;
    }
  /** It connected and did not get as far as a link: bad hello, other cluster, hung up. */
  | { readonly type: 'greeting-failed'; readonly address: string; readonly failure: Failure }
  | { readonly type: 'accepted'; readonly peer: PeerInfo }
  /** The holder of `name` was dead; its link was closed for the newcomer. */
  | { readonly type: 'replaced'; readonly name: NodeName; readonly address: string; readonly by: string };

/** For `ask`: the names in use. */
export const getRegistry = <L extends OpenedLink>(replyTo: Ref<readonly RegistryRow[]>): ListenerMessage<L> => ({
  type: 'get-registry',
  replyTo,
});
