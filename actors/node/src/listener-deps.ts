import type { Clock } from '@muster/actor';
import type { NodeName } from '@muster/protocol';
import type { ListenerEvent } from './listener-messages.ts';
import type { OpenedLink } from './ports.ts';
import type { Verdict } from './registry.ts';

/** A connection whose transport handshake is done. */
export interface ConnectionPort {
  readonly remoteAddress: string;
  destroy(reason?: Error): void;
}

export interface ListeningPort {
  readonly address: string;
  readonly port: number;
  /** Nothing is accepted any more; open links go on. */
  close(): Promise<void>;
}

/** What the listener needs of the node it runs in. */
export interface ListenerDeps<C extends ConnectionPort, L extends OpenedLink, R> {
  readonly clock: Clock;
  /** Rejects when the address cannot be bound. */
  readonly listen: (handlers: {
    readonly connection: (connection: C) => void;
    readonly rejected: (rejection: R) => void;
  }) => Promise<ListeningPort>;
  /**
   * Shakes hands. Once the hello is found good in every other respect, asks `admit` for its name, once; the
   * welcome or the refusal follows what that says. Rejects with a coded error when no link comes of it.
   */
  readonly greet: (connection: C, admit: (name: NodeName) => Promise<Verdict>, signal: AbortSignal) => Promise<L>;
  readonly openLinks: () => readonly {
    readonly link: L;
    readonly name: NodeName;
    readonly address: string;
    readonly since: number;
  }[];
  /** Takes the open link over; `link-closed` is to follow when it has closed. Neither blocks nor throws. */
  readonly linkOpened: (link: L) => void;
  /** Whether the holder of `name` answers, within a second or so. A rejection counts as no. */
  readonly probe: (name: NodeName) => Promise<boolean>;
  /** Closes the link of `name` with the code `replaced`. */
  readonly replace: (name: NodeName, text: string) => void;
  readonly report: (event: ListenerEvent<R>) => void;
}
