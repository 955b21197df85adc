/** Adapter: an agent's TCP connection to the remoted of a node (`agent-line.ts`). */
import { connect } from 'node:net';
import { lineOf, maxLineBytes, proofOf, type ToAgent, type ToServer, toAgent } from '../agent-line.ts';
import { linesOf } from '../lines.ts';
import type { AgentServer } from './server.ts';

export interface AgentConnection {
  /** What the server calls itself. */
  readonly node: string;
  /** Aborted when the connection is gone, whoever ended it; its reason is an error that says why. */
  readonly ended: AbortSignal;
  /** Resolves when the server has taken it; one at a time. Rejects when the connection is gone, or with it when no answer comes in time. */
  say(message: ToServer): Promise<void>;
  close(): void;
}

/** The server does not want this agent: its key is unknown there, or another. */
export class AgentRefusedError extends Error {
  readonly code = 'AGENT_REFUSED';
  constructor(text: string) {
    super(text);
    this.name = 'AgentRefusedError';
  }
}

/** Resolves when the server has welcomed the agent. Rejects with `AgentRefusedError`, or when there is no such server. */
export async function connectAgent(
  { host, agentsPort }: AgentServer,
  { id, key }: { readonly id: number; readonly key: string },
  patienceMs: number,
): Promise<AgentConnection> {
  const ended = new AbortController();
  const socket = connect({ host, port: agentsPort, noDelay: true });
  let waiting: ((message: ToAgent) => void) | undefined;
  const end = (error: Error): void => {
    ended.abort(error);
    socket.destroy();
  };
  const receive = (): Promise<ToAgent> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(new Error(`The server did not answer within ${patienceMs} ms`)), patienceMs);
      const gone = (): void => {
        clearTimeout(timer);
        reject(ended.signal.reason);
      };
      waiting = (message) => {
        clearTimeout(timer);
        ended.signal.removeEventListener('abort', gone);
        resolve(message);
      };
      ended.signal.addEventListener('abort', gone, { once: true });
    });
  const first = receive();
  const hear = async (): Promise<never> => {
    for await (const line of linesOf(socket, maxLineBytes)) {
      const message = toAgent(line);
      const taker = waiting;
      if (message === undefined || taker === undefined) throw new Error('The server said what it may not say here');
      waiting = undefined;
      taker(message);
    }
    throw new Error('The server closed the connection');
  };
  hear().catch((error: Error) => end(error));
  const ask = (message: ToServer): Promise<ToAgent> => {
    const answer = receive();
    socket.write(lineOf(message));
    return answer;
  };
  const node = await introduced(await first, id, key, ask).catch((error: Error) => {
    end(error);
    throw error;
  });
  return {
    node,
    ended: ended.signal,
    say: async (message) => {
      if (ended.signal.aborted) throw ended.signal.reason;
      const answer = await ask(message);
      if (answer.type !== 'ack') end(new Error(`The server answered ${message.type} with ${answer.type}`));
    },
    close: () => end(new Error('The agent closed the connection')),
  };
}

/** Says hello; resolves with the server's name. */
async function introduced(
  first: ToAgent,
  id: number,
  key: string,
  ask: (message: ToServer) => Promise<ToAgent>,
): Promise<string> {
  if (first.type !== 'challenge') throw new Error(`The server began with ${first.type}`);
  const answer = await ask({ type: 'hello', id, proof: proofOf(key, first.nonce, id) });
  if (answer.type === 'welcome') return answer.node;
  if (answer.type === 'refused') throw new AgentRefusedError(answer.text);
  throw new Error(`The server answered hello with ${answer.type}`);
}
