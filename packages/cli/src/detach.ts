/** Adapter: starts the daemon as a process of its own and waits for its first sign of life. */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlClient, ControlError, isUnreachable } from '@muster/control';
import type { Output, StartOptions } from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

export interface DetachSettings {
  /** The program to run with node: this command line's own `main.js`. */
  readonly program: string;
  readonly open: (root: string) => Promise<ControlClient>;
  /** Milliseconds until an answer is no longer waited for. */
  readonly patienceMs: number;
}

/** Milliseconds between two looks whether the socket answers. */
const lookMs = 100;

/**
 * Resolves with 0 when the new daemon itself answers on its control socket, with the daemon's own code when it
 * died before (its last words go to `output.error`; 75 where another start was faster), with 3 when it lives and
 * does not answer in time.
 */
export async function startDetached(
  options: StartOptions,
  output: Output,
  settings: DetachSettings,
): Promise<ExitCode> {
  if ((await answerer(settings, options.root)) !== undefined) {
    output.error(`Muster runs already for R (${options.root}). Look at it with: muster health --root ${options.root}`);
    return exitCodes.alreadyRunning;
  }
  // A file and not a pipe: it outlives this process, and a pipe without a reader would break the daemon's stderr.
  const words = openScratch();
  const child = spawn(process.execPath, [settings.program, ...argumentsOf(options)], {
    detached: true,
    stdio: ['ignore', 'ignore', words],
  });
  const ended = new Promise<string | number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
    child.once('error', (error) => resolve(error.message));
  });
  const over = new AbortController();
  try {
    const outcome = await Promise.race([ended, ownAnswer(settings, options.root, child.pid, over.signal)]);
    return report(outcome, child.pid, options, output, words, settings.patienceMs);
  } finally {
    over.abort();
    child.unref();
    closeSync(words);
  }
}

function report(
  outcome: 'answers' | 'silent' | string | number,
  pid: number | undefined,
  { root }: StartOptions,
  output: Output,
  words: number,
  patienceMs: number,
): ExitCode {
  if (outcome === 'answers') {
    const warnings = readScratch(words).trim();
    if (warnings !== '') output.error(warnings);
    output.out(`Muster runs for R (${root}), process ${pid}.`);
    return exitCodes.fine;
  }
  if (outcome === 'silent') {
    output.error(
      `Muster was started for R (${root}), process ${pid}, and does not answer after ${patienceMs / 1000} s. See ${root}/logs/cluster.log`,
    );
    return exitCodes.notReachable;
  }
  const last = readScratch(words).trim();
  output.error(last === '' ? `See ${root}/logs/cluster.log` : last);
  // The cluster is disabled: there was nothing to run, and its own words say so.
  if (outcome === 0) return exitCodes.fine;
  output.error(`Muster did not start for R (${root}): the process ended with ${outcome}.`);
  return typeof outcome === 'number' ? outcome : exitCodes.fault;
}

export const argumentsOf = ({ root, debug, logFormat, stayRoot }: StartOptions): readonly string[] => [
  'start',
  '-f',
  '--root',
  root,
  ...Array.from({ length: debug }, () => '-d'),
  ...(logFormat === undefined ? [] : ['--log-format', logFormat]),
  ...(stayRoot ? ['-r'] : []),
];

/**
 * Looks until the process `pid` answers, the patience is over, or `over` is aborted, for a look that goes on keeps
 * this process from ending. Another's answer is none: of starts at once one wins, and the losers end by themselves.
 */
async function ownAnswer(
  settings: DetachSettings,
  root: string,
  pid: number | undefined,
  over: AbortSignal,
): Promise<'answers' | 'silent'> {
  const until = performance.now() + settings.patienceMs;
  while (!over.aborted && performance.now() < until) {
    const answering = await answerer(settings, root);
    if (answering !== undefined && answering === pid) return 'answers';
    await sleep(lookMs, undefined, { signal: over }).catch(() => {});
  }
  return 'silent';
}

/**
 * The process that answers for `root`; 0 when one lives and does not say which, undefined when none does. Not being allowed to look is no sign of life: the
 * new daemon finds out whether another holds R.
 */
async function answerer({ open }: DetachSettings, root: string): Promise<number | undefined> {
  try {
    const client = await open(root);
    try {
      return (await client.health()).pid;
    } finally {
      client.close();
    }
  } catch (error) {
    if (isUnreachable(error)) return undefined;
    if (error instanceof ControlError) return 0;
    throw error;
  }
}

function openScratch(): number {
  const path = join(tmpdir(), `muster-start-${process.pid}-${Math.trunc(performance.now())}`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return file;
}

/** The last 8 KiB. */
function readScratch(file: number): string {
  const { size } = fstatSync(file);
  const buffer = Buffer.alloc(Math.min(size, 8192));
  readSync(file, buffer, 0, buffer.length, size - buffer.length);
  return buffer.toString('utf8');
}
