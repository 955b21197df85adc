/** The socket of the command line, without a socket: who asks is beside the process, and hears when it is gone. */
import type { ListenHandlers, LocalReply, LocalRequest } from '@muster/control';
import type { Host } from '../host.ts';

export interface SimulatedSocket {
  /** For `Platform.listenLocally`. */
  readonly listen: (handlers: ListenHandlers, signal: AbortSignal) => Promise<void>;
  /** Rejects when nobody listens, when the socket closes, and when the process dies. */
  ask(request: LocalRequest): Promise<LocalReply>;
}

/** A request and its answer take so long to be read, ms. */
const readMs = 0.1;

export function simulatedSocket(host: Host): SimulatedSocket {
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
        asked.add(reject);
        const end = (): boolean => asked.delete(reject);
        host.after(readMs, 'local request', () => {
          if (open === undefined) return end() && reject(new Error('nobody listens'));
          open.ask(request, {
            reply: (reply) => void (end() && resolve(reply as LocalReply)),
            fail: (code, text) => void (end() && reject(new Error(`${code}: ${text}`))),
          });
        });
        if (!host.alive()) closeAll('the process is gone');
      }),
  };
}
