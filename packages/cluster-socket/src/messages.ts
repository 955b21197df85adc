import type { Ref } from '@muster/actor';

/** What the actor accepts. */
export type ClusterSocketMessage = { readonly type: 'get-state'; readonly replyTo: Ref<ClusterSocketView> };

export interface ClusterSocketView {
  readonly socket: 'closed' | 'opening' | 'open';
  readonly clients: number;
  /** Of this incarnation. */
  readonly frames: number;
  /** Clients that were cut off for what they sent or did not read. */
  readonly cutOff: number;
}

/** An effect that answers. */
export interface Reply<Type extends string, Value> {
  readonly type: Type;
  readonly to: Ref<Value>;
  readonly value: Value;
}

/** For `ask`: how it stands. */
export const getClusterSocketState = (replyTo: Ref<ClusterSocketView>): ClusterSocketMessage => ({
  type: 'get-state',
  replyTo,
});
