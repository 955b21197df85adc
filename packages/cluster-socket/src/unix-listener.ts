/**
 * Adapter: the file of the cluster socket. Node has no SO_PEERCRED, so its mode, 0660, and its owner decide who may open it.
 *
 * It is bound beside its place and linked there when it has its mode and owner: nobody meets it half made. And what is
 * removed at the end is our own file, never one that the manager's own daemon has put in its place.
 */
import { chmodSync, chownSync, linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Clock, systemClock } from '@muster/actor';
import { type Connection, LinkError, lookAfter, refuseLongPath, socketConnection } from '@muster/link';
import type { ClusterSocketDeps } from './cluster-socket.ts';

export interface UnixListenerOptions {
  readonly path: string;
  /** Whom the file belongs to. Undefined: who the process is. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  readonly clock?: Clock;
  /** Between two looks whether the file is still there, ms: one stat. */
  readonly lookMs?: number;
}

/** Where the manager's programs look for it, below R. */
export const clusterSocketPath = (root: string): string => join(root, 'queue', 'cluster', 'c-internal.sock');

/** Connections at once. The actor keeps 64; those that are being told to leave are more. */
const connections = 128;

/** For `ClusterSocketDeps`. Rejects with a `LinkError` that names the cure. */
export function listenOnUnix({
  path,
  owner,
  clock = systemClock,
  lookMs = 5_000,
}: UnixListenerOptions): ClusterSocketDeps['listen'] {
  let tries = 0;
  return async (handlers, signal) => {
    // One that was aborted may still be under way: each has a name of its own.
    tries += 1;
    const beside = `${path}.${tries % 10}`;
    refuseLongPath(beside);
    await removeStale(path);
    if (signal.aborted) return;
    rmSync(beside, { force: true });
    const open = new Set<Connection>();
    const server = createServer((socket) => take(socket, path, open, handlers.connection));
    await bind(server, beside);
    const inode = settle(server, beside, path, owner);
    const close = (): void => {
      stopLooking();
      if (inodeOf(path) === inode) rmSync(path, { force: true });
      server.close(() => {});
      for (const connection of open) connection.destroy();
    };
    const stopLooking = lookAfter(
      () => inodeOf(path) === inode,
      lookMs,
      clock,
      () => {
        close();
        handlers.lost();
      },
    );
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
  };
}

function take(socket: Socket, path: string, open: Set<Connection>, hand: (connection: Connection) => void): void {
  socket.on('error', () => {});
  if (open.size >= connections) return void socket.destroy();
  const connection = socketConnection(socket, undefined, path);
  open.add(connection);
  socket.once('close', () => open.delete(connection));
  hand(connection);
}

/** Removes the socket of a dead process. Rejects when a process still answers on it, or it is no socket. */
async function removeStale(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new LinkError('in-use', `${path} is there and is no socket: move it away`);
  if (await isAnswered(path)) {
    const cure = "If it is the manager's own wazuh-clusterd, stop that one, and keep it from starting";
    throw new LinkError('in-use', `Another process listens on ${path}, which is left to it. ${cure}`);
  }
  rmSync(path, { force: true });
}

/** A listener that is too busy to take a connection is one all the same. */
const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    const settled = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => settled(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => settled(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });

const bind = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new LinkError('bind-failed', `cannot listen on ${path}: ${cause.code ?? cause.message}`, { cause })),
    );
    server.listen({ path }, () => {
      // What fails now is a single accept (descriptors used up): the listener itself goes on.
      server.on('error', () => {});
      resolve();
    });
  });

/** Gives the bound socket its mode, place and owner, and tells its inode. */
function settle(server: Server, beside: string, path: string, owner: UnixListenerOptions['owner']): number | undefined {
  try {
    chmodSync(beside, 0o660);
    place(beside, path);
    give(path, owner);
    return inodeOf(path);
  } catch (cause) {
    server.close(() => {});
    throw new LinkError('bind-failed', `cannot listen on ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Where this process may not give it, it stays its own: whoever may open its other files may open this. */
function give(path: string, owner: UnixListenerOptions['owner']): void {
  if (owner === undefined) return;
  try {
    chownSync(path, owner.uid, owner.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

/** Never in the place of what came meanwhile; where a file cannot have two names it is moved. */
function place(beside: string, path: string): void {
  try {
    linkSync(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    renameSync(beside, path);
  }
}

const inodeOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.ino;
