/** Adapter: a unix socket. It proves no identity: who may connect is the file mode's matter. */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { LinkError } from './error.ts';
import { listenOn } from './listening.ts';
import { socketConnection } from './socket-connection.ts';
import type { Connection, Listening, Transport } from './transport.ts';

export interface UnixOptions {
  /** At most 107 bytes, which is the system's limit. */
  readonly path: string;
  /** Default 0660: the manager's group may connect. */
  readonly mode?: number;
  /** Connections at once; further ones are closed. Default 64. */
  readonly connections?: number;
}

/** The longest path that fits `sockaddr_un`. */
const maxPathBytes = 107;

export function unixTransport(options: UnixOptions): Transport {
  return { listen: (handlers) => listen(options, handlers), dial: (signal) => dial(options.path, signal) };
}

async function listen(
  { path, mode = 0o660, connections = 64 }: UnixOptions,
  handlers: Parameters<Transport['listen']>[0],
): Promise<Listening> {
  refuseLongPath(path);
  await removeStale(path);
  let open = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (open >= connections) {
      socket.destroy();
      const text = `${connections} connections are open, which is the limit`;
      return handlers.rejected({ code: 'too-many', remoteAddress: path, text });
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    handlers.connection(socketConnection(socket, undefined, path));
  });
  const listening = await listenOn(server, { path }, { close: () => {} });
  chmodSync(path, mode);
  return { ...listening, port: 0 };
}

/** Throws a `LinkError` for a path that is too long for a socket. */
export function refuseLongPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= maxPathBytes) return;
  throw new LinkError(
    'bad-option',
    `${path} is ${bytes} bytes long, a socket's path at most ${maxPathBytes}: use a shorter root`,
  );
}

/** Removes the socket of a dead process. Rejects when a process still answers on it, or it is no socket. */
async function removeStale(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new LinkError('in-use', `${path} is there and is no socket: move it away`);
  const live = await dial(path, AbortSignal.timeout(1_000)).then(
    (connection) => {
      connection.destroy();
      return true;
    },
    (error: LinkError) => error.code !== 'refused' && error.code !== 'unreachable',
  );
  if (live) throw new LinkError('in-use', `another process listens on ${path}: stop it first`);
  unlinkSync(path);
}

function dial(path: string, signal: AbortSignal): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const stopped = (): LinkError => new LinkError('aborted', `the dial to ${path} was aborted`, { peer: path });
    if (signal.aborted) return reject(stopped());
    const socket = connect({ path });
    const aborted = (): void => {
      socket.destroy();
      reject(stopped());
    };
    const failed = (error: NodeJS.ErrnoException): void => {
      signal.removeEventListener('abort', aborted);
      reject(unixError(error, path));
    };
    signal.addEventListener('abort', aborted, { once: true });
    socket.on('error', failed);
    socket.once('connect', () => {
      signal.removeEventListener('abort', aborted);
      socket.off('error', failed);
      resolve(socketConnection(socket, undefined, path));
    });
  });
}

function unixError(cause: NodeJS.ErrnoException, path: string): LinkError {
  const more = { peer: path, cause };
  if (cause.code === 'ECONNREFUSED')
    return new LinkError('refused', `nothing listens on ${path}: its process is gone, start it`, more);
  if (cause.code === 'ENOENT')
    return new LinkError('unreachable', `${path} does not exist: the daemon is not running, or has another root`, more);
  if (cause.code === 'EACCES')
    return new LinkError(
      'not-permitted',
      `${path} may not be opened by this user: use root or the manager's group`,
      more,
    );
  return new LinkError('unreachable', `${path} cannot be reached (${cause.code ?? 'unknown error'})`, more);
}
