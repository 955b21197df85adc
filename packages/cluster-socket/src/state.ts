import type { Decision } from '@muster/actor';
import type { Role } from '@muster/protocol';
import type { How, Job } from './commands.ts';
import type { Frame } from './frame.ts';
import type { ClusterSocketView, Reply } from './messages.ts';
import type { Session } from './session.ts';

export interface ClusterSocketConfig {
  readonly role: Role;
  /** Clients at once. At least 1. */
  readonly places: number;
  /** Milliseconds between two looks at who is silent. At least 1. */
  readonly checkMs: number;
  /** A client that sent no `echo-c` for longer is dropped at the next look, ms. At least 1. */
  readonly silentMs: number;
  /** Until a socket that could not be opened is tried again, ms. At least 1. */
  readonly retryMs: number;
  /** For what comes from memory, here or on the master, ms: below the 2 s after which one thinks that it hangs. At least 1. */
  readonly viewMs: number;
  /** For what changes something, ms. At least 1. */
  readonly orderMs: number;
  /** Requests of one client that are worked on; it is not read further meanwhile. At least 1. */
  readonly underWay: number;
}

/** What of a client is told to `decide`. */
export interface Client {
  readonly id: number;
  readonly session: Session;
  /** When it came, or said `echo-c` last. */
  readonly aliveAt: number;
  /** Requests that are worked on. */
  readonly busy: number;
  /** It waits for a place among these. */
  readonly held: boolean;
  /** Of the next request of ours: half the range away from the client's own. Undefined before its first frame. */
  readonly ownCounter: number | undefined;
  /** Of our requests that it did not confirm: the last few. */
  readonly asked: readonly number[];
}

export interface State {
  readonly socket: 'closed' | 'opening' | 'open';
  /** The last failure to open the socket that was warned of; the same is not warned of twice. */
  readonly warned: string | undefined;
  readonly nextId: number;
  /** In the order of what they last said, or of their coming: the first has been silent longest. */
  readonly clients: ReadonlyMap<number, Client>;
  readonly frames: number;
  readonly cutOff: number;
}

export const nothingYet: State = {
  socket: 'closed',
  warned: undefined,
  nextId: 1,
  clients: new Map(),
  frames: 0,
  cutOff: 0,
};

/** What only the actor itself sends. */
export type Own =
  | { readonly type: 'open' }
  | { readonly type: 'opened' }
  | { readonly type: 'open-failed'; readonly text: string }
  /** The socket was open, and its file is gone or another's. */
  | { readonly type: 'lost' }
  | { readonly type: 'client'; readonly id: number; readonly session: Session }
  | { readonly type: 'frame'; readonly id: number; readonly frame: Frame }
  /** `why`: it was cut off for that. */
  | { readonly type: 'client-closed'; readonly id: number; readonly why: string | undefined }
  /** What a job came to. `counter`: of the request; undefined: a request of our own. An empty command: nobody is told. */
  | {
      readonly type: 'done';
      readonly id: number;
      readonly counter: number | undefined;
      readonly command: string;
      readonly payload: Uint8Array;
    }
  | { readonly type: 'tick' };

export type Effect =
  | { readonly type: 'open-socket' }
  | { readonly type: 'open-later' }
  | { readonly type: 'warn'; readonly text: string }
  | { readonly type: 'report-cut'; readonly why: string }
  | { readonly type: 'send'; readonly session: Session; readonly frame: Frame }
  | { readonly type: 'go-on'; readonly session: Session }
  | { readonly type: 'close'; readonly session: Session; readonly last: Frame | undefined }
  | {
      readonly type: 'work';
      readonly id: number;
      readonly session: Session;
      readonly counter: number;
      readonly job: Job;
      readonly how: How;
    }
  | { readonly type: 'reload' }
  | Reply<'reply-view', ClusterSocketView>;

export type Step = Decision<State, Effect>;
export const step = (state: State, effects: readonly Effect[] = []): Step => ({ state, effects });
