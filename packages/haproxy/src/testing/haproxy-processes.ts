/** Processes of one HAProxy, one after the other, or the old beside the new one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { nodeHaproxyPorts } from '../adapters/node-haproxy-ports.ts';
import { never } from './driver-stage.ts';

export interface HaproxyProcesses {
  pid(): number;
  /** Resolves when the new process answers; throws with what it said when it ends instead. */
  start(): Promise<void>;
  reload(): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** `socket` is that of the Runtime API. */
export function haproxyProcesses(binary: string, words: readonly string[], socket: string): HaproxyProcesses {
  const all: ChildProcess[] = [];
  const current = (): ChildProcess => all.at(-1)!;
  const launch = async (handOver: readonly string[]): Promise<void> => {
    const child = spawn(binary, [...words, ...handOver], { stdio: ['ignore', 'ignore', 'pipe'] });
    all.push(child);
    await answers(child, socket);
  };
  return {
    pid: () => current().pid!,
    start: () => launch([]),
    reload: () => launch(['-x', socket, '-sf', String(current().pid)]),
    kill: () => end(current()),
    close: async () => {
      for (const child of all) await end(child);
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

const limits = { timeoutMs: 5_000, maxBytes: 65_536 };

async function answers(child: ChildProcess, socket: string): Promise<void> {
  const { runtime } = nodeHaproxyPorts();
  let said = '';
  child.stderr!.on('data', (piece: Buffer) => {
    said = `${said}${piece.toString()}`.slice(-4_000);
  });
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    if (hasEnded(child)) throw new Error(`haproxy ended: ${said}`);
    const info = await runtime({ kind: 'unix', path: socket }, 'show info', limits, never).catch(() => '');
    if (info.includes(`\nPid: ${child.pid}\n`)) return;
    await pause(10);
  }
  throw new Error(`haproxy does not answer: ${said}`);
}
