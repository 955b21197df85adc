/** Adapter: binding a server, and closing it. */
import type { AddressInfo, ListenOptions, Server } from 'node:net';
import { LinkError } from './error.ts';
import type { Listening } from './transport.ts';

/** Rejects with a `LinkError` when the address cannot be bound. Open connections survive `close`. */
export function listenOn(server: Server, at: ListenOptions, gate: { readonly close: () => void }): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const where = at.path ?? `${at.host}:${at.port}`;
    const failed = (error: NodeJS.ErrnoException): void => {
      gate.close();
      reject(bindError(error, where));
    };
    server.once('error', failed);
    server.listen(at, () => {
      server.off('error', failed);
      // What fails now is a single accept (descriptors used up): the listener itself goes on.
      server.on('error', () => {});
      const bound = server.address() as AddressInfo | string;
      resolve({
        address: typeof bound === 'string' ? bound : bound.address,
        port: typeof bound === 'string' ? 0 : bound.port,
        close: () => closeServer(server, gate),
      });
    });
  });
}

/** Resolves when nothing is accepted any more; it does not wait for connections that are open. */
function closeServer(server: Server, gate: { readonly close: () => void }): Promise<void> {
  gate.close();
  server.close(() => {});
  return Promise.resolve();
}

const bindTexts: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there: stop it, or change the port',
  EACCES: 'not permitted: choose a port above 1023, or give the service the right',
  EADDRNOTAVAIL: 'this machine has no such address: correct <bind_addr>',
};

export function bindError(cause: NodeJS.ErrnoException, where: string): LinkError {
  const why = bindTexts[cause.code ?? ''] ?? `${cause.code ?? 'unknown error'}`;
  const code = cause.code === 'EADDRINUSE' ? 'in-use' : 'bind-failed';
  return new LinkError(code, `cannot listen on ${where}: ${why}`, { cause });
}
