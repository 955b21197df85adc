/** Adapter: a real HAProxy in front of the lab, started again when it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findHaproxy } from '@muster/haproxy';
import { freePort } from '../free-port.ts';
import { emptyBackend, haproxyText, type LabHaproxyPlaces } from './config-text.ts';

export interface LabHaproxy {
  readonly binary: string;
  /** Of its Runtime API. */
  readonly socket: string;
  /** The file that Muster keeps. */
  readonly agentsFile: string;
  readonly agentsPort: number;
  readonly enrolPort: number;
  readonly statsUrl: string;
  /** Undefined while it does not run. */
  pid(): number | undefined;
  kill(signal: NodeJS.Signals): void;
  stop(graceMs: number): Promise<void>;
}

/** Milliseconds until it is started again, and until one that starts must listen. */
const restartMs = 1_000;
const startMs = 20_000;

export const noHaproxy =
  'There is no haproxy on PATH: install it (apt-get install haproxy), or leave --haproxy out; the agents then know every node by themselves.';

/** Resolves when it listens. Rejects when there is none, or with its last words. */
export async function startLabHaproxy(
  folder: string,
  cluster: Pick<LabHaproxyPlaces, 'masterEnrolPort' | 'agents'>,
  event: (text: string) => void,
): Promise<LabHaproxy> {
  const binary = findHaproxy();
  if (binary === undefined) throw new Error(noHaproxy);
  await mkdir(folder, { recursive: true });
  const [main, agentsFile, socket] = ['haproxy.cfg', 'agents.cfg', 'admin.sock'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const [agentsPort, enrolPort, statsPort] = [await freePort(), await freePort(), await freePort()];
  await writeFile(main, haproxyText({ socket, agentsPort, enrolPort, statsPort, ...cluster }));
  await writeFile(agentsFile, emptyBackend);

  const stopped = new AbortController();
  let running = await launch(binary, [main, agentsFile], agentsPort);
  const keepUp = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await running.ended;
      if (stopped.signal.aborted) return;
      event(`HAProxy ended; it is started again in ${restartMs / 1_000} s. ${running.said()}`.trimEnd());
      await pause(restartMs, undefined, { signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted) return;
      running = await launch(binary, [main, agentsFile], agentsPort).catch((error: Error) => {
        event(error.message);
        return running;
      });
    }
  };
  const kept = keepUp();
  return {
    binary,
    socket,
    agentsFile,
    agentsPort,
    enrolPort,
    statsUrl: `http://127.0.0.1:${statsPort}/stats`,
    pid: () => (running.runs() ? running.child.pid : undefined),
    kill: (signal) => void running.child.kill(signal),
    stop: async (graceMs) => {
      stopped.abort();
      running.child.kill('SIGTERM');
      const force = setTimeout(() => running.child.kill('SIGKILL'), graceMs);
      await running.ended;
      clearTimeout(force);
      await kept;
    },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly runs: () => boolean;
  readonly said: () => string;
}

async function launch(binary: string, configs: readonly string[], port: number): Promise<Launched> {
  const words = ['-db', ...configs.flatMap((path) => ['-f', path])];
  const child = spawn(binary, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const launched: Launched = {
    child,
    ended,
    runs: () => child.exitCode === null && child.signalCode === null && child.pid !== undefined,
    said: () => said.trim(),
  };
  const until = performance.now() + startMs;
  while (!(await listens(port))) {
    if (launched.runs() && performance.now() < until) await pause(20);
    else {
      child.kill('SIGKILL');
      throw new Error(`HAProxy did not start. ${launched.said()}`);
    }
  }
  return launched;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
