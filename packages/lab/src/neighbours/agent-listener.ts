/**
 * Adapter: the stand-in of remoted beside a node: agents hold a TCP connection (`agent-line.ts`), and what they
 * say is written as a remoted of 3.8 does (`agent-files.ts`).
 *
 * An agent whose key is gone, or is another, loses its connection; of two connections of one agent the newer stays.
 */
import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { lineOf, maxLineBytes, proofOf, sameProof, type ToAgent, type ToServer, toServer } from '../agent-line.ts';
import { linesOf } from '../lines.ts';
import type { AgentFiles } from './agent-files.ts';
import type { KeyedAgent, Keys } from './keys.ts';

export interface AgentListener {
  readonly port: number;
  /** Who is connected now. */
  connected(): readonly number[];
  /** Call when `keys` gives others than before. */
  keysChanged(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface AgentListenerSettings {
  /** On 127.0.0.1; 0 for a free one. */
  readonly port: number;
  readonly node: string;
  readonly keys: () => Keys;
  readonly files: AgentFiles;
  readonly warn: (text: string) => void;
}

/** Milliseconds without a line before a connection is given up: a keep-alive of any configuration comes sooner. */
const silenceMs = 300_000;

interface Session {
  readonly agent: KeyedAgent;
  readonly socket: Socket;
}

export async function openAgentListener(settings: AgentListenerSettings): Promise<AgentListener> {
  const sessions = new Map<number, Session>();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.once('close', () => open.delete(socket));
    // What went wrong with it is told by the reading below.
    socket.on('error', () => {});
    serve(socket, sessions, settings).then(
      () => socket.destroySoon(),
      (error: unknown) => {
        if (!isBroken(error)) settings.warn(error instanceof Error ? error.message : String(error));
        socket.destroy();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connected: () => [...sessions.keys()].sort((a, b) => a - b),
    keysChanged: () => {
      const keys = settings.keys();
      for (const { agent, socket } of sessions.values()) if (!holds(keys, agent)) socket.destroy();
      settings.files.keepOnly(keys);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Ends with the connection. One line is worked on at a time: an agent that sends faster is slowed. */
async function serve(socket: Socket, sessions: Map<number, Session>, settings: AgentListenerSettings): Promise<void> {
  const nonce = randomBytes(16).toString('hex');
  const send = (message: ToAgent): void => void socket.write(lineOf(message));
  send({ type: 'challenge', nonce });
  let session: Session | undefined;
  try {
    // Leaving the loop must not destroy the socket before the last words are sent.
    for await (const line of linesOf(socket.iterator({ destroyOnReturn: false }), maxLineBytes)) {
      const message = toServer(line);
      if (session === undefined) {
        const agent = admitted(message, nonce, settings.keys());
        if (typeof agent === 'string') return send({ type: 'refused', text: agent });
        session = { agent, socket };
        sessions.get(agent.id)?.socket.destroy();
        sessions.set(agent.id, session);
        send({ type: 'welcome', node: settings.node });
      } else {
        if (!(await took(message, session.agent, settings))) return;
        send({ type: 'ack' });
      }
    }
  } finally {
    if (session !== undefined && sessions.get(session.agent.id) === session) sessions.delete(session.agent.id);
  }
}

/** Who says hello, or why it may not in. */
function admitted(message: ToServer | undefined, nonce: string, keys: Keys): KeyedAgent | string {
  if (message?.type !== 'hello') return 'The first line is no hello.';
  const agent = keys.get(message.id);
  if (agent === undefined) return `There is no agent ${message.id} in client.keys here.`;
  return sameProof(message.proof, proofOf(agent.key, nonce, agent.id))
    ? agent
    : `That is not the key of agent ${agent.id}.`;
}

/** False: the agent is done, or spoke out of turn. */
async function took(
  message: ToServer | undefined,
  agent: KeyedAgent,
  settings: AgentListenerSettings,
): Promise<boolean> {
  // The key may have gone while the line was under way.
  if (!holds(settings.keys(), agent)) return false;
  switch (message?.type) {
    case 'startup':
      await settings.files.startup(agent);
      return true;
    case 'keep-alive':
      await settings.files.keepAlive(agent, message.report);
      return true;
    default:
      return false;
  }
}

const holds = (keys: Keys, { id, name, ip, key }: KeyedAgent): boolean => {
  const now = keys.get(id);
  return now !== undefined && now.key === key && now.name === name && now.ip === ip;
};

/** The agent went away, in whatever way. */
const isBroken = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code));
