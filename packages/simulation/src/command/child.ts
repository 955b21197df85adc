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
  let output = '';
  let ready = false;
  let usable = true;
  let waiting: Waiting | undefined;
  let before = '';
  let patience: NodeJS.Timeout | undefined;
  const answer = (outcome: Outcome): void => {
    clearTimeout(patience);
    before = `; this process had run seed ${outcome.seed} before`;
    waiting?.resolve(outcome);
    waiting = undefined;
  };
  const end = (): void => {
    usable = false;
    waiting = undefined;
    clearTimeout(patience);
    child.kill('SIGKILL');
  };
  const died = (how: string): void => {
    usable = false;
    if (waiting === undefined) return;
    if (ready) answer(failureOf(waiting.seed, 'process-died', `${how}${before}`, output));
    else waiting.reject(new ChildStartError(`A process for running seeds could not be started: ${how}\n${output}`));
    clearTimeout(patience);
    waiting = undefined;
  };
  const wait = (): void => {
    clearTimeout(patience);
    patience = setTimeout(() => {
      const how = `no sign of progress for ${options.patienceMs / 1_000} s`;
      if (waiting !== undefined) answer(failureOf(waiting.seed, 'no-progress', how, output));
      end();
    }, options.patienceMs);
  };
  child.on('message', (message: ChildMessage) => {
    switch (message.type) {
      case 'ready':
        ready = true;
        break;
      case 'alive':
        if (waiting !== undefined) wait();
        break;
      case 'outcome':
        answer(message.outcome);
        if (message.rssBytes > options.mostRssBytes) end();
        break;
    }
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-outputKept);
    });
  child.on('error', (error) => died(error.message));
  // Not `exit`: its last words are to be had first.
  child.on('close', (code, signal) =>
    died(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
  );
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        waiting = { seed: job.seed, resolve, reject };
        output = '';
        wait();
        // A failed send is followed by its end, which says more.
        child.send(job, () => {});
      }),
    end,
    usable: () => usable,
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
