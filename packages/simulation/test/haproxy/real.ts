/** A real HAProxy on this machine's loopback, with servers and clients, for comparing the model with it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHaproxy } from '@muster/haproxy/testing';

/** Its version; undefined: there is none here. */
export const haproxyVersion = (): string | undefined => {
  const binary = findHaproxy();
  if (binary === undefined) return undefined;
  const { stdout, status } = spawnSync(binary, ['-v'], { encoding: 'utf8' });
  return status === 0 ? /version (\S+)/.exec(stdout)?.[1] : undefined;
};

export interface Real {
  ask(line: string): Promise<string>;
  connect(label: string): Promise<void>;
  leave(label: string): void;
  /** Labels of clients whose connection is open, and by source port whose it is. */
  open(): readonly string[];
  labelOf(source: string): string | undefined;
  listen(address: string): Promise<void>;
  silence(address: string): Promise<void>;
  restart(how: 'restart' | 'reload', servers: readonly string[]): Promise<void>;
  end(): Promise<void>;
}

const configuration = (folder: string, front: number, servers: readonly string[]): string => `global
  stats socket ${folder}/admin.sock mode 600 level admin
  nbthread 1
defaults
  mode tcp
  timeout connect 1s
  timeout client 1m
  timeout server 1m
  retries 0
frontend agents
  bind 127.0.0.1:${front}
  default_backend wazuh_reporting
backend wazuh_reporting
  balance leastconn
${servers.map((server) => `  server ${server}\n`).join('')}`;

/** One that is free now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export async function openReal(
  front: number,
  back: number,
  servers: readonly string[],
  addresses: readonly string[],
): Promise<Real> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-haproxy-'));
  const clients = new Map<string, { socket: Socket; port: number }>();
  const listeners = new Map<string, { server: Server; sockets: Set<Socket> }>();
  const children: ChildProcess[] = [];
  const ask = (line: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(join(folder, 'admin.sock'));
      socket.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      socket.once('error', reject).once('close', () => resolve(text));
      socket.write(`${line}\n`);
    });
  const start = async (list: readonly string[], more: readonly string[]): Promise<void> => {
    writeFileSync(join(folder, 'haproxy.cfg'), configuration(folder, front, list));
    const child = spawn(findHaproxy()!, ['-db', '-f', join(folder, 'haproxy.cfg'), ...more], { stdio: 'ignore' });
    children.push(child);
    for (;;) {
      const info = await ask('show info').catch(() => '');
      if (info.includes(`Pid: ${child.pid}`)) return;
      if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const ended = (child: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  const listen = (address: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket.on('error', () => {}).resume());
        socket.once('close', () => sockets.delete(socket));
      });
      server.once('error', reject).listen(back, address, () => resolve());
      listeners.set(address, { server, sockets });
    });
  for (const address of addresses) await listen(address);
  await start(servers, []);
  return {
    ask,
    connect: (label) =>
      new Promise((resolve, reject) => {
        const socket = connect(front, '127.0.0.1', () => {
          clients.set(label, { socket, port: socket.localPort! });
          resolve();
        });
        socket.once('error', reject).on('error', () => {});
        socket.resume().once('close', () => clients.delete(label));
      }),
    leave: (label) => void clients.get(label)?.socket.destroy(),
    open: () => [...clients.keys()].sort(),
    labelOf: (source) => [...clients].find(([, { port }]) => source === `127.0.0.1:${port}`)?.[0],
    listen,
    silence: (address) =>
      new Promise((resolve) => {
        const { server, sockets } = listeners.get(address)!;
        listeners.delete(address);
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    restart: async (how, list) => {
      const last = children.at(-1)!;
      if (how === 'restart') await ended(last);
      await start(list, how === 'reload' ? ['-sf', String(last.pid)] : []);
    },
    end: async () => {
      for (const { socket } of clients.values()) socket.destroy();
      for (const { server, sockets } of listeners.values()) {
        server.close();
        for (const socket of sockets) socket.destroy();
      }
      await Promise.all(children.map(ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
