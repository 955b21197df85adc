/** Adapter: the local socket. Links without a handshake: who may open it is the matter of its mode, 0660. */
import { statSync } from 'node:fs';
import { systemClock } from '@muster/actor';
import {
  type Answer,
  type Connection,
  endOfTurn,
  type LinkDeps,
  type LinkHandlers,
  linkLimits,
  liveLink,
  lookAfter,
  type PausedLink,
  type Peer,
  unixTransport,
} from '@muster/link';
import { type ActorName, catalogue, frameDecoder, type Sender, type WireMessage } from '@muster/protocol';
import { type ControlClient, type ControlDial, clientTimeoutMs, connectControl } from './client.ts';
import type { ControlDeps, ListenHandlers } from './control.ts';
import { isLocalRequest, type LocalReply } from './local.ts';

/** A client asks for little at once, is answered in views of at most one frame, and streams nothing. */
const limits = { ...linkLimits, asks: 16, streams: 1, sendQueueBytes: 1024 * 1024 };

/** Milliseconds after which a client that asked nothing is closed, so that silent ones cannot take every place. */
const idleMs = 60_000;

/** Clients at once. Twice as many connections are taken, for those that are being told to leave. */
const places = 64;

/** Milliseconds between two looks whether the socket's file is still there: one stat. */
const lookMs = 5_000;

/** Milliseconds that a client which leaves waits for the node to do so: a command ends when it is done, also where the node hangs. */
const leaveMs = 100;

const realDeps: LinkDeps = { clock: systemClock, wallNow: () => Date.now(), defer: endOfTurn, limits };

/**
 * Listens on `path`, for `ControlDeps`. Rejects with a `LinkError` when another process listens there,
 * the path is no socket, is too long, or may not be written. Every `lookEveryMs` it looks whether the file is still there.
 */
export function listenLocally(
  path: string,
  deps: LinkDeps = realDeps,
  lookEveryMs: number = lookMs,
): ControlDeps['listen'] {
  return async (handlers, signal) => {
    const clients: Clients = new Set();
    const listening = await unixTransport({ path, mode: 0o660, connections: 2 * places }).listen({
      connection: (connection) => serve(connection, handlers, clients, deps),
      rejected: () => {},
    });
    const close = (): void => {
      stopLooking();
      for (const { link } of clients) link.close('shutting-down', 'The node stops answering on this socket.');
      listening.close().catch(() => {});
    };
    const inode = inodeOf(path);
    const stopLooking = lookAfter(
      () => inodeOf(path) === inode,
      lookEveryMs,
      deps.clock,
      () => {
        close();
        handlers.lost();
      },
    );
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
  };
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;

/** One client. `asking`: its requests that have no answer yet. */
interface Client {
  readonly link: PausedLink;
  asking: number;
}

/** In the order of their last request, or of their coming; the one that has been silent longest is first. */
type Clients = Set<Client>;

/** Sees to a free place: there is one already, or that of the longest silent. False when all wait for an answer. */
function makeRoom(clients: Clients): boolean {
  if (clients.size < places) return true;
  const silent = [...clients].find(({ asking }) => asking === 0);
  if (silent === undefined) return false;
  clients.delete(silent);
  silent.link.close('silent', 'It asked nothing, and another command needed the place.');
  return true;
}

function serve(connection: Connection, handlers: ListenHandlers, clients: Clients, deps: LinkDeps): void {
  let cancelIdle = (): void => {};
  const link = linkOver(connection, 'local', 'acceptor', deps);
  const client: Client = { link, asking: 0 };
  const rest = (): void => {
    cancelIdle();
    cancelIdle = deps.clock.after(idleMs, () => link.close('silent', `Nothing was asked for ${idleMs / 1_000} s.`));
  };
  const welcome = makeRoom(clients);
  if (welcome) {
    clients.add(client);
    rest();
  }
  link.start({
    ...deaf,
    ask: (_to, message, answer) => {
      if (clients.delete(client)) clients.add(client);
      rest();
      if (isLocalRequest(message)) handlers.ask(message, counted(client, answer));
      else answer.fail('not-allowed', `${message.type} is not asked over this socket.`);
    },
    closed: () => {
      cancelIdle();
      clients.delete(client);
    },
  });
  if (!welcome)
    link.close('overloaded', `All ${places} commands that it answers at once wait for an answer; try again.`);
}

function counted(client: Client, answer: Answer): Answer {
  client.asking += 1;
  const settle = (): void => {
    client.asking -= 1;
  };
  return {
    reply: (message) => {
      settle();
      answer.reply(message);
    },
    fail: (code, text) => {
      settle();
      answer.fail(code, text);
    },
  };
}

/** Dials `path` and asks over it. */
export const dialLocally =
  (deps: LinkDeps = realDeps): ControlDial =>
  async (path, timeoutMs) => {
    const connection = await unixTransport({ path }).dial(AbortSignal.timeout(timeoutMs));
    const link = linkOver(connection, 'daemon', 'dialer', { ...deps, limits: { ...deps.limits, lingerMs: leaveMs } });
    link.start(deaf);
    return {
      // The decoder has checked that the node may send it, `connectControl` checks that it is what was asked for.
      ask: async (message, within) => (await link.ask(addressOf(message), message, within)) as LocalReply,
      close: () => link.close('shutting-down', 'The command is done.'),
    };
  };

/** The actor that the catalogue wants on it; whoever listens here answers all the same. */
const addressOf = (message: WireMessage): ActorName => catalogue.get(message.type)?.to ?? 'control';

/** Connects to the running node of `root`. Rejects with a `ControlError` that names the cure. */
export const openControl = (root: string, timeoutMs: number = clientTimeoutMs): Promise<ControlClient> =>
  connectControl(root, dialLocally(), timeoutMs);

function linkOver(connection: Connection, sender: Sender, side: 'dialer' | 'acceptor', deps: LinkDeps): PausedLink {
  const { remoteAddress: address } = connection;
  const peer: Peer = { node: sender, role: 'worker', version: '', address, protocol: 1, skewMs: 0 };
  const feed = liveLink({ connection, decoder: frameDecoder({ sender }), peer, side, early: [] }, deps);
  connection.listen(feed);
  return feed.link;
}

const deaf: LinkHandlers = {
  message: () => {},
  ask: (_to, _message, answer) => answer.fail('not-allowed', 'A command line answers nothing.'),
  open: (_to, _message, stream) => stream.abort('not-allowed', 'There are no streams on this socket.'),
  closed: () => {},
};
