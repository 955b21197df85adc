/** The socket of the command line, without a socket: who asks is beside the process, and hears when it is gone. */
import type { ListenHandlers, LocalReply, LocalRequest } from '@muster/control';
import type { Question, Told } from '../happenings.ts';
import type { Host } from '../host.ts';

export interface SimulatedSocket {
  /** For `Platform.listenLocally`. */
  readonly listen: (handlers: ListenHandlers, signal: AbortSignal) => Promise<void>;
  /** Rejects when nobody listens, when the socket closes, and when the process dies. */
  ask(request: LocalRequest): Promise<LocalReply>;
}

/** A request and its answer take so long to be read, ms. */
const readMs = 0.1;

export interface SocketWatch {
  readonly now: () => number;
  readonly told: (question: Question, told: Told) => void;
}

export function simulatedSocket(host: Host, { now, told }: SocketWatch): SimulatedSocket {
  let open: ListenHandlers | undefined;
  const asked = new Set<(error: Error) => void>();
  const closeAll = (why: string): void => {
    open = undefined;
    const waiting = [...asked];
    asked.clear();
    for (const fail of waiting) fail(new Error(why));
  };
  host.onDeath(() => closeAll('the process is gone'));
  return {
    listen: async (handlers, signal) => {
      if (signal.aborted) return;
      open = handlers;
      signal.addEventListener('abort', () => open === handlers && closeAll('the socket closed'), { once: true });
    },
    ask: (request) =>
      new Promise((resolve, reject) => {
        const question: Question = { node: host.node, incarnation: host.incarnation, request, at: now() };
        let settled = false;
        const end = (how: Told): boolean => {
          const first = asked.delete(broke);
          if (first) told(question, how);
          else if (settled) told(question, { what: 'again' });
          settled = true;
          return first;
        };
        const broke = (error: Error): void => {
          told(question, { what: 'broke' });
          reject(error);
        };
        asked.add(broke);
        told(question, { what: 'asked' });
        host.after(readMs, 'local request', () => {
          if (!asked.has(broke)) return;
          if (open === undefined) return asked.delete(broke) && broke(new Error('nobody listens'));
          open.ask(request, {
            reply: (reply) =>
              void (end({ what: 'answered', reply: reply as LocalReply }) && resolve(reply as LocalReply)),
            fail: (code, text) => void (end({ what: 'refused', code, text }) && reject(new Error(`${code}: ${text}`))),
          });
        });
        if (!host.alive()) closeAll('the process is gone');
      }),
  };
}
