/** The cluster socket of a node, without a socket: what one end writes comes to the other a moment later, in order. */
import type { Platform } from '@muster/daemon';
import type { Connection, ConnectionHandlers } from '@muster/link';
import type { Host } from '../host.ts';

/** One of the manager's programs, as it hears. */
export interface Program {
  readonly data: (bytes: Uint8Array) => void;
  /** Once; also when the process of the node dies. */
  readonly closed: () => void;
}

/** Its end of the connection. */
export interface ProgramEnd {
  write(bytes: Uint8Array): void;
  close(): void;
}

export interface SimulatedClusterSocket {
  readonly listen: Platform['listenInternally'];
  readonly connect: (program: Program) => ProgramEnd | undefined;
  /** Connections that are open. */
  readonly open: () => number;
}

type Handlers = Parameters<Platform['listenInternally']>[0];

/** Bytes are on their way for so long, ms. */
const wayMs = 0.05;

export function simulatedClusterSocket(host: Host): SimulatedClusterSocket {
  let listening: Handlers | undefined;
  const ends = new Set<() => void>();
  const closeAll = (): void => {
    listening = undefined;
    for (const close of [...ends]) close();
  };
  host.onDeath(closeAll);
  return {
    open: () => ends.size,
    listen: async (handlers, signal) => {
      if (signal.aborted) return;
      listening = handlers;
      signal.addEventListener('abort', () => listening === handlers && closeAll(), { once: true });
    },
    connect: (program) => {
      if (listening === undefined || !host.alive()) return undefined;
      const { near, far } = pair(host, program, ends);
      host.after(wayMs, 'program comes', () => {
        if (listening === undefined) near.destroy();
        else listening.connection(near);
      });
      return far;
    },
  };
}

/** `near` is the node's. */
function pair(
  host: Host,
  program: Program,
  ends: Set<() => void>,
): { readonly near: Connection; readonly far: ProgramEnd } {
  let handlers: ConnectionHandlers | undefined;
  let paused = false;
  let closed = false;
  let unread: Uint8Array[] = [];
  const close = (): void => {
    if (closed) return;
    closed = true;
    unread = [];
    ends.delete(close);
    // To a process that died nothing happens any more.
    host.after(0, 'program is gone', () => handlers?.closed(undefined));
    program.closed();
  };
  const read = (): void => {
    while (!closed && !paused && handlers !== undefined && unread.length > 0) handlers.data(unread.shift()!);
  };
  ends.add(close);
  const near: Connection = {
    identity: undefined,
    remoteAddress: 'program',
    buffered: () => 0,
    write: (bytes) => {
      if (!closed) host.after(wayMs, 'program reads', () => closed || program.data(bytes));
    },
    cork: () => {},
    uncork: () => {},
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      read();
    },
    // Behind what is on its way.
    end: () => void host.after(2 * wayMs, 'program is left', close),
    destroy: close,
    listen: (given) => {
      handlers = given;
      read();
    },
  };
  const far: ProgramEnd = {
    write: (bytes) => {
      host.after(wayMs, 'program says', () => {
        if (!closed) unread.push(bytes);
        read();
      });
    },
    close,
  };
  return { near, far };
}
