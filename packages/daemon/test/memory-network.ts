/** A network in memory: transports that pass the same compliance cases as TLS and unix sockets. */
import {
  type Connection,
  type ConnectionHandlers,
  LinkError,
  type Listening,
  type PeerIdentity,
  type Transport,
} from '@muster/link';

type Listener = Parameters<Transport['listen']>[0];

export interface MemoryNetwork {
  /** The transport of a node. `identity`: what the acceptor is told that this dialer proved. */
  transport(address: string, identity?: PeerIdentity): Transport;
  /** Ends of connections that are not closed. */
  readonly open: () => number;
  /** Cuts every connection, as a cable that is pulled. */
  cut(): void;
  /** Nothing that `node`, a dialer, sent or was sent arrives until it is let go on, as of a process that hangs. */
  hang(node: string): void;
  goOn(node: string): void;
}

export function memoryNetwork(): MemoryNetwork {
  const listeners = new Map<string, Listener>();
  const ends = new Set<Connection>();
  /** Per node: how to hand over what waited. */
  const pumps = new Map<string, (() => void)[]>();
  const hanging = new Set<string>();
  let dialed = 0;

  const listen = async (address: string, handlers: Listener): Promise<Listening> => {
    if (listeners.has(address)) throw new LinkError('in-use', `${address} is taken`);
    listeners.set(address, handlers);
    const close = async (): Promise<void> => void (listeners.get(address) === handlers && listeners.delete(address));
    return { address, port: 0, close };
  };

  const dial = async (address: string, identity: PeerIdentity | undefined, signal: AbortSignal) => {
    await turn();
    if (signal.aborted) throw new LinkError('aborted', 'the dial was aborted');
    const listener = listeners.get(address);
    if (listener === undefined) throw new LinkError('refused', `nothing listens on ${address}`);
    dialed += 1;
    const node = identity?.node ?? '';
    const [near, far] = pair(`${address}:${dialed}`, identity, ends, () => hanging.has(node));
    pumps.set(node, [near.pump, far.pump]);
    listener.connection(far.connection);
    return near.connection;
  };

  return {
    transport: (address, identity) => ({
      listen: (handlers) => listen(address, handlers),
      dial: (signal) => dial(address, identity, signal),
    }),
    open: () => ends.size,
    hang: (node) => void hanging.add(node),
    goOn: (node) => {
      hanging.delete(node);
      for (const pump of pumps.get(node) ?? []) pump();
    },
    cut: () => {
      for (const end of [...ends]) end.destroy(new Error('the cable was pulled'));
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One end, and what the other end does to it. */
interface End {
  readonly connection: Connection;
  readonly inbox: Uint8Array[];
  readonly pump: () => void;
  closed: boolean;
  /** The other end sends nothing more. */
  finished: boolean;
  paused: boolean;
  handlers: ConnectionHandlers | undefined;
  failure: Error | undefined;
  other: End;
}

function pair(
  name: string,
  identity: PeerIdentity | undefined,
  ends: Set<Connection>,
  hangs: () => boolean,
): readonly [End, End] {
  const near = openEnd(name, undefined, ends, hangs);
  const far = openEnd(name, identity, ends, hangs);
  near.other = far;
  far.other = near;
  return [near, far];
}

const sizeOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

function openEnd(
  remoteAddress: string,
  identity: PeerIdentity | undefined,
  ends: Set<Connection>,
  hangs: () => boolean,
): End {
  let pumping = false;
  const close = (failure?: Error): void => {
    if (end.closed) return;
    end.closed = true;
    end.failure = failure;
    end.inbox.length = 0;
    ends.delete(end.connection);
    setImmediate(() => end.handlers?.closed(end.failure));
  };
  /** Hands over one piece a turn, as a socket does. */
  const pump = (): void => {
    if (pumping || end.closed || hangs()) return;
    pumping = true;
    setImmediate(() => {
      pumping = false;
      if (end.closed || end.paused || end.handlers === undefined || hangs()) return;
      const piece = end.inbox.shift();
      if (piece !== undefined) end.handlers.data(piece);
      if (end.inbox.length > 0) return pump();
      if (piece !== undefined && !end.other.closed) end.other.handlers?.drained();
      if (!end.finished || end.closed) return;
      close();
      if (end.other.inbox.length === 0) end.other.finished = true;
      end.other.pump();
    });
  };
  const connection: Connection = {
    identity,
    remoteAddress,
    buffered: () => sizeOf(end.other.inbox),
    write: (bytes) => {
      if (end.closed || end.other.closed || end.other.finished) return;
      end.other.inbox.push(Uint8Array.from(bytes));
      end.other.pump();
    },
    cork: () => {},
    uncork: () => {},
    pause: () => {
      end.paused = true;
    },
    resume: () => {
      end.paused = false;
      pump();
    },
    end: () => {
      if (end.closed) return;
      end.other.finished = true;
      end.other.pump();
      if (end.other.closed) close();
    },
    destroy: (reason) => {
      close(reason);
      if (!end.other.closed) {
        end.other.finished = true;
        end.other.pump();
      }
    },
    listen: (handlers) => {
      end.handlers = handlers;
      if (end.closed) setImmediate(() => handlers.closed(end.failure));
      else pump();
    },
  };
  const end: End = {
    connection,
    inbox: [],
    pump,
    closed: false,
    finished: false,
    paused: false,
    handlers: undefined,
    failure: undefined,
    other: undefined as never,
  };
  ends.add(connection);
  return end;
}
