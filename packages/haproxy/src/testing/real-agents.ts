/** Managers that take agents, and agents that stay, on loopback: real sockets that say nothing. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Place } from './driver-stage.ts';

/** Sockets of one test. */
export interface RealAgents {
  /** Of a manager that takes connections, or of a port on which nobody listens. */
  manager(kind: 'alive' | 'dead'): Promise<Place>;
  /** Resolves when all are connected to HAProxy. They do not come back when they are cut. */
  connect(port: number, count: number): Promise<void>;
  close(): Promise<void>;
}

export function openRealAgents(): RealAgents {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    // Reads, so that an end is seen and answered.
    socket.resume();
    return socket;
  };
  const listen = async (): Promise<Server> => {
    const server = createServer((socket) => void keep(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  };
  const one = (port: number) =>
    new Promise<void>((resolve, reject) => {
      const socket = keep(connect({ host: '127.0.0.1', port }));
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  return {
    manager: async (kind) => {
      const server = await listen();
      const { port } = server.address() as { port: number };
      if (kind === 'alive') servers.push(server);
      else await new Promise((resolve) => server.close(resolve));
      return { address: '127.0.0.1', port };
    },
    connect: async (port, count) => {
      await Promise.all(Array.from({ length: count }, () => one(port)));
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
