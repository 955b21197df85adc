import type { Ref } from '@muster/actor';
import type { GenerationId, NodeName } from '@muster/protocol';
import type { Generation } from '../announcement.ts';
import type { OutgoingStream } from '../shapes.ts';

/** What the file server accepts. */
export type FileServerMessage =
  /** The master's tree has a new state. */
  | { readonly type: 'generation'; readonly generation: Generation }
  | { readonly type: 'worker-linked'; readonly peer: NodeName }
  | { readonly type: 'worker-unlinked'; readonly peer: NodeName }
  /** A worker seems to have missed an announcement. */
  | { readonly type: 'announce-again'; readonly peer: NodeName }
  | {
      readonly type: 'serve-manifest';
      readonly peer: NodeName;
      readonly id: GenerationId;
      readonly stream: OutgoingStream;
    }
  | {
      readonly type: 'serve-content';
      readonly peer: NodeName;
      /** 64 bytes each, in the order in which the contents are to come. */
      readonly digests: readonly Uint8Array[];
      readonly stream: OutgoingStream;
    }
  | { readonly type: 'get-state'; readonly replyTo: Ref<ServerView> };

export interface ServerView {
  readonly generation?: GenerationId | undefined;
  readonly workers: readonly { readonly peer: NodeName; readonly streams: number; readonly waiting: number }[];
  /** Streams that ended well, and that failed or were refused, since the start of this incarnation. */
  readonly served: number;
  readonly failed: number;
  readonly lastFailure?: string | undefined;
}

/** For `ask`: whom it serves and how it goes. */
export const getServerState = (replyTo: Ref<ServerView>): FileServerMessage => ({ type: 'get-state', replyTo });
