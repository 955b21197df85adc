/** Adapter: the process around the command. */
import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ChildOptions, openChild } from './child.ts';
import { runCommand } from './command.ts';
import type { CommandDeps, Output } from './deps.ts';
import { serveRuns } from './serve.ts';
import type { Simulator, SomePlan } from './simulator.ts';

/** The first argument of a child. */
const serve = 'serve';

/** A run that takes so long without using its processor never ends. */
const patienceMs = 180_000;
/** Some cores' children must fit a small machine. */
const mostRssBytes = 700 * 1024 * 1024;

/** What `main.ts` is: the command, or one of its children. `script`: its own path. Sets the exit code. */
export async function simulate<P extends SomePlan>(simulator: Simulator<P>, script: string): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv[0] === serve && process.send !== undefined) return serveRuns(simulator);
  const stop = new AbortController();
  // Each pool and each shrinking listens to it.
  setMaxListeners(0, stop.signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  // A reader that went away wants to hear no more.
  process.stdout.on('error', () => stop.abort());
  process.exitCode = await runCommand(depsOf(simulator, script, stop.signal), argv);
}

function depsOf<P extends SomePlan>(simulator: Simulator<P>, script: string, stop: AbortSignal): CommandDeps<P> {
  return {
    simulator,
    stop,
    cores: availableParallelism(),
    output: openOutput(process.stdout, process.stderr),
    openChild: (wish) =>
      openChild({
        script,
        args: [serve],
        nodeArguments: wish.planted === undefined ? [] : simulator.nodeArgumentsFor(wish.planted),
        patienceMs: wish.patienceMs ?? patienceMs,
        mostRssBytes,
        ...(wish.nodeBinary === undefined ? {} : { nodeBinary: wish.nodeBinary }),
      } satisfies ChildOptions),
    files: {
      read: (path) => readFileSync(path, 'utf8'),
      write: (path, text) => {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      },
      checkWritable: (path) => closeSync(openSync(path, 'a')),
      inFolder: async (use) => {
        const folder = mkdtempSync(join(tmpdir(), 'muster-simulate-'));
        try {
          return await use(folder);
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    },
    faultOfNode,
    nowMs: () => performance.now(),
    every: (ms, run) => {
      const timer = setInterval(run, ms);
      return () => clearInterval(timer);
    },
  };
}

function faultOfNode(binary: string): string | undefined {
  const { error, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  if (error !== undefined) return `it cannot be started (${error.message})`;
  return /^v\d+\.\d+\.\d+/.test(stdout) ? undefined : 'it does not say the version of a Node';
}

type Stream = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

/** On a terminal the status is one line, written over and over; elsewhere a line now and then. */
export function openOutput(out: Stream, error: Stream): Output {
  const tty = out.isTTY === true;
  let shown = false;
  const clear = (): void => {
    if (shown) out.write('\r\x1b[K');
    shown = false;
  };
  return {
    statusEveryMs: tty ? 250 : 10_000,
    line: (text) => {
      clear();
      out.write(`${text}\n`);
    },
    error: (text) => {
      clear();
      error.write(`${text}\n`);
    },
    status: (text) => {
      if (!tty) return void out.write(`${text}\n`);
      clear();
      out.write(text.slice(0, (out.columns ?? 80) - 1));
      shown = true;
    },
  };
}
