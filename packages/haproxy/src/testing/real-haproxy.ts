/** A real HAProxy of our own, on loopback, in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findHaproxy } from '../adapters/find-haproxy.ts';
import { nodeHaproxyPorts } from '../adapters/node-haproxy-ports.ts';
import { never } from './driver-stage.ts';

export interface RealHaproxyOptions {
  /** Lines of the agents' backend that stand instead of `balance leastconn`. */
  readonly backend?: readonly string[];
  /** Connections that it takes; 2,000 when left out. HAProxy heeds the first line only that says so. */
  readonly maxconn?: number;
  /** Further lines of the global section. */
  readonly global?: readonly string[];
  /** Further sections. */
  readonly sections?: (place: { readonly folder: string; readonly ports: readonly number[] }) => string;
}

export interface RealHaproxy {
  readonly binary: string;
  readonly folder: string;
  /** Of the Runtime API: a unix socket, and a port. Level admin. */
  readonly socket: string;
  readonly runtimePort: number;
  /** For agents. */
  readonly agentPort: number;
  /** Three free ones, for `sections`. */
  readonly ports: readonly number[];
  readonly backend: 'wazuh_reporting';
  /** The file of the agents' backend, which HAProxy reads when it starts. */
  readonly agentsCfg: string;
  pid(): number;
  /** Ends the process at once, with the sessions. */
  kill(): Promise<void>;
  /** Starts it anew with what its files say now. */
  start(): Promise<void>;
  /** Starts a new process that takes the listeners over; the old one goes on with its sessions. Resolves when the new one answers. */
  reload(): Promise<void>;
  /** Ends every process and removes the folder. */
  close(): Promise<void>;
}

/** Started and answering. Throws where there is no haproxy, or when it does not take its configuration. */
export async function openRealHaproxy(options: RealHaproxyOptions = {}): Promise<RealHaproxy> {
  const binary = findHaproxy();
  if (binary === undefined) throw new Error('there is no haproxy here');
  const folder = await mkdtemp(join(tmpdir(), 'muster-haproxy-'));
  const [runtimePort, agentPort, ...ports] = (await freePorts(5)) as [number, number, ...number[]];
  const socket = join(folder, 'admin.sock');
  const agentsCfg = join(folder, 'agents.cfg');
  const main = join(folder, 'haproxy.cfg');
  const backend = options.backend ?? ['balance leastconn'];
  await writeFile(
    agentsCfg,
    ['backend wazuh_reporting', '    mode tcp', ...backend.map((line) => `    ${line}`), ''].join('\n'),
  );
  await writeFile(main, mainText({ socket, runtimePort, agentPort, options, folder, ports }));
  const processes: ChildProcess[] = [];

  const launch = async (before?: ChildProcess): Promise<void> => {
    const handOver = before === undefined ? [] : ['-x', socket, '-sf', String(before.pid)];
    const child = spawn(binary, ['-db', '-f', main, '-f', agentsCfg, ...handOver], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    processes.push(child);
    await answers(child, socket);
  };
  const current = (): ChildProcess => processes.at(-1)!;
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };

  const close = async (): Promise<void> => {
    for (const child of processes) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await launch();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    binary,
    folder,
    socket,
    runtimePort,
    agentPort,
    ports,
    backend: 'wazuh_reporting',
    agentsCfg,
    pid: () => current().pid!,
    kill: () => end(current()),
    start: () => launch(),
    reload: () => launch(current()),
    close,
  };
}

interface MainParts {
  readonly socket: string;
  readonly runtimePort: number;
  readonly agentPort: number;
  readonly folder: string;
  readonly ports: readonly number[];
  readonly options: RealHaproxyOptions;
}

const mainText = ({ socket, runtimePort, agentPort, folder, ports, options }: MainParts): string => `global
    maxconn ${options.maxconn ?? 2_000}
    stats socket ${socket} mode 600 level admin expose-fd listeners
    stats socket ipv4@127.0.0.1:${runtimePort} level admin
${(options.global ?? []).map((line) => `    ${line}\n`).join('')}
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h

frontend agents
    bind 127.0.0.1:${agentPort}
    default_backend wazuh_reporting

${options.sections?.({ folder, ports }) ?? ''}
`;

/** Until this very process answers; throws with what it said when it ends instead. */
async function answers(child: ChildProcess, socket: string): Promise<void> {
  const { runtime } = nodeHaproxyPorts();
  let said = '';
  child.stderr!.on('data', (piece: Buffer) => {
    said = `${said}${piece.toString()}`.slice(-4_000);
  });
  const until = performance.now() + 20_000;
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`haproxy ended: ${said}`);
    const info = await runtime(
      { kind: 'unix', path: socket },
      'show info',
      { timeoutMs: 5_000, maxBytes: 65_536 },
      never,
    ).catch(() => '');
    if (info.includes(`\nPid: ${child.pid}\n`)) return;
    await pause(10);
  }
  throw new Error(`haproxy does not answer: ${said}`);
}

/** Free a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** What the agents' backend's file says now. */
export const agentsCfgOf = ({ agentsCfg }: RealHaproxy): Promise<string> => readFile(agentsCfg, 'utf8');
