/** Adapter: a node socket, plain or TLS, as a `Connection`. */
import type { Socket } from 'node:net';
import type { Connection, ConnectionHandlers, PeerIdentity } from './transport.ts';

/** The socket must have just been opened: bytes that it already emitted are lost. */
export function socketConnection(
  socket: Socket,
  identity: PeerIdentity | undefined,
  remoteAddress: string,
): Connection {
  let failure: Error | undefined;
  let closed = false;
  let handlers: ConnectionHandlers | undefined;
  socket.setNoDelay?.(true);
  socket.on('error', (error) => {
    failure ??= error;
  });
  socket.on('close', () => {
    closed = true;
    handlers?.closed(failure);
  });
  return {
    identity,
    remoteAddress,
    buffered: () => socket.writableLength,
    write: (bytes) => {
      if (!closed && !socket.writableEnded && !socket.destroyed) socket.write(bytes);
    },
    cork: () => socket.cork(),
    uncork: () => socket.uncork(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void (socket.destroyed || socket.end()),
    destroy: (reason) => {
      failure ??= reason;
      socket.destroy();
    },
    listen: (given) => {
      handlers = given;
      socket.on('drain', given.drained);
      socket.on('data', given.data);
      if (closed) queueMicrotask(() => given.closed(failure));
    },
  };
}

/** `10.0.0.7:41234`, `[::1]:41234`; IPv4 in IPv6 is shown as IPv4. */
export function addressOf(host: string | undefined, port: number | undefined): string {
  const bare = (host ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '');
  return `${bare.includes(':') ? `[${bare}]` : bare}:${port ?? 0}`;
}
