/**
 * Adapter: a process that runs one seed after the other. One that dies or hangs has failed its seed, and
 * the next seed gets a new one.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Outcome } from '../world/outcome.ts';
import type { ChildMessage, Job } from './messages.ts';

export interface Child {
  /** One at a time. Rejects only with `ChildStartError`. */
  run(job: Job): Promise<Outcome>;
  /** Ends the process, whatever it does; a run under way never resolves. */
  close(): void;
}

export interface ChildOptions {
  /** Script and its arguments; it calls `serveRuns`. */
  readonly script: string;
  readonly args: readonly string[];
  readonly nodeArguments: readonly string[];
  /** Default: the Node that runs this. */
  readonly nodeBinary?: string;
  /** Wall time without a sign of life after which it is taken for hanging. At least a few seconds: a sign comes every 2 s. */
  readonly patienceMs: number;
  /** A process that holds more memory than this is replaced by a new one before its next run. */
  readonly mostRssBytes: number;
}

/** It ended before it could be given anything to do: nothing was learnt about any seed. */
export class ChildStartError extends Error {
  override readonly name = 'ChildStartError';
}

interface Waiting {
  readonly seed: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
}

/** The end of what it wrote; enough for a stack. */
const outputKept = 4_000;

/** The process is started with its first job. */
export function openChild(options: ChildOptions): Child {
  let one: Process | undefined;
  return {
    run: (job) => {
      if (one?.usable() !== true) one = startProcess(options);
      return one.run(job);
    },
    close: () => one?.end(),
  };
}

interface Process {
  run(job: Job): Promise<Outcome>;
  end(): void;
  usable(): boolean;
}

function startProcess(options: ChildOptions): Process {
  const child = forked(options);
  const words = lastWords(child);
  const patience = openPatience(options.patienceMs, () => {
    fail('no-progress', `no sign of progress for ${options.patienceMs / 1_000} s`);
    end();
  });
  let ready = false;
  let usable = true;
  let waiting: Waiting | undefined;
  let before = '';
  const settle = (how: (waiting: Waiting) => void): void => {
    patience.rest();
    if (waiting !== undefined) how(waiting);
    waiting = undefined;
  };
  const fail = (invariant: string, how: string): void =>
    settle(({ seed, resolve }) => resolve(failureOf(seed, invariant, how, words.all())));
  const end = (): void => {
    usable = false;
    settle(() => {});
    child.kill('SIGKILL');
  };
  whenDead(child, (how) => {
    usable = false;
    if (ready) fail('process-died', `${how}${before}`);
    else settle(({ reject }) => reject(new ChildStartError(`${noStart}: ${how}\n${words.all()}`)));
  });
  child.on('message', (message: ChildMessage) => {
    if (message.type === 'ready') ready = true;
    if (message.type === 'alive' && waiting !== undefined) patience.anew();
    if (message.type !== 'outcome') return;
    before = `; this process had run seed ${message.outcome.seed} before`;
    settle(({ resolve }) => resolve(message.outcome));
    if (message.rssBytes > options.mostRssBytes) end();
  });
  const run = (job: Job): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      waiting = { seed: job.seed, resolve, reject };
      words.forget();
      patience.anew();
      // A failed send is followed by its end, which says more.
      child.send(job, () => {});
    });
  return { run, end, usable: () => usable };
}

const noStart = 'A process for running seeds could not be started';

function whenDead(child: ChildProcess, died: (how: string) => void): void {
  child.on('error', (error) => died(error.message));
  // Not `exit`: its last words are to be had first.
  child.on('close', (code, signal) =>
    died(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
  );
}

function openPatience(ms: number, over: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => clearTimeout(timer);
  return {
    rest,
    anew: () => {
      rest();
      timer = setTimeout(over, ms);
    },
  };
}

function lastWords(child: ChildProcess) {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text = (text + more).slice(-outputKept);
    });
  return {
    all: () => text,
    forget: () => {
      text = '';
    },
  };
}

function forked(options: ChildOptions): ChildProcess {
  return fork(options.script, options.args, {
    execArgv: [...options.nodeArguments],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(options.nodeBinary === undefined ? {} : { execPath: options.nodeBinary }),
  });
}

const failureOf = (seed: number, invariant: string, how: string, output: string): Outcome => ({
  seed,
  ok: false,
  violation: { invariant, text: how, atMs: 0 },
  simulatedMs: 0,
  steps: 0,
  hash: '0'.repeat(16),
  met: [],
  lastSteps: [],
  logTail: output.split('\n').filter((line) => line !== ''),
});
