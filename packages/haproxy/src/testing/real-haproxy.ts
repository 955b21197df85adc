/** A real HAProxy of our own, on loopback, in a temporary folder. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHaproxy } from '../adapters/find-haproxy.ts';
import { freePorts } from './free-ports.ts';
import { haproxyProcesses } from './haproxy-processes.ts';

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

/** Of ports that were taken in the meantime. */
const tries = 5;

/** Started and answering. Throws where there is no haproxy, or when it does not take its configuration. */
export async function openRealHaproxy(options: RealHaproxyOptions = {}): Promise<RealHaproxy> {
  const binary = findHaproxy();
  if (binary === undefined) throw new Error('there is no haproxy here');
  for (let left = tries; ; left--) {
    try {
      return await openOnce(binary, options);
    } catch (error) {
      if (left === 0 || !/cannot bind|already in use/i.test(String(error))) throw error;
    }
  }
}

async function openOnce(binary: string, options: RealHaproxyOptions): Promise<RealHaproxy> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-haproxy-'));
  const [runtimePort, agentPort, ...ports] = (await freePorts(5)) as [number, number, ...number[]];
  const [socket, agentsCfg, main] = ['admin.sock', 'agents.cfg', 'haproxy.cfg'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(agentsCfg, backendText(options.backend ?? ['balance leastconn']));
  await writeFile(main, mainText({ socket, runtimePort, agentPort, options, folder, ports }));
  const processes = haproxyProcesses(binary, ['-db', '-f', main, '-f', agentsCfg], socket);
  const close = async (): Promise<void> => {
    await processes.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await processes.start();
  } catch (error) {
    await close();
    throw error;
  }
  const places = { binary, folder, socket, runtimePort, agentPort, ports, agentsCfg };
  return { ...places, ...processes, backend: 'wazuh_reporting', close };
}

const backendText = (lines: readonly string[]): string =>
  ['backend wazuh_reporting', '    mode tcp', ...lines.map((line) => `    ${line}`), ''].join('\n');

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

/** What the agents' backend's file says now. */
export const agentsCfgOf = ({ agentsCfg }: RealHaproxy): Promise<string> => readFile(agentsCfg, 'utf8');
