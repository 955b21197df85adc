/** Adapter: one node as a process of its own, started again when it ends unasked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LabNode } from './layout.ts';
import { afterEnd, restartDelayMs } from './restart.ts';

export interface NodeProcess {
  readonly node: LabNode;
  /** Undefined while it is not running. */
  pid(): number | undefined;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL `graceMs` later. Resolves when it is gone; it is not started again. */
  stop(graceMs: number): Promise<void>;
}

export interface NodeProcessSettings {
  /** The command line's `main.js`. */
  readonly program: string;
  /** Shows a line of its log; undefined: its output goes to `R/logs/lab-output.log`. */
  readonly show: ((line: string) => void) | undefined;
  readonly event: (text: string) => void;
  /** It ended at once and will not be started again: the lab is over. */
  readonly gaveUp: (error: Error) => void;
}

export function startNodeProcess(node: LabNode, settings: NodeProcessSettings): NodeProcess {
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let asked = false;
  let gone = Promise.resolve();

  const start = (): void => {
    const startedAt = performance.now();
    const started = launch(node, settings);
    child = started;
    gone = new Promise((resolve) => {
      const ended = (code: number | null, signal: string | null): void => {
        child = undefined;
        react({ code, signal, ranMs: performance.now() - startedAt, asked });
        resolve();
      };
      started.once('exit', ended);
      started.once('error', () => ended(1, null));
    });
  };

  const react = (end: Parameters<typeof afterEnd>[0]): void => {
    const how = end.signal ?? `code ${end.code}`;
    switch (afterEnd(end)) {
      case 'leave':
        break;
      case 'restart':
        settings.event(`${node.name} ended (${how}); it is started again in ${restartDelayMs / 1_000} s`);
        restart = setTimeout(start, restartDelayMs);
        break;
      case 'give-up':
        lastWords(node).then(
          (words) => settings.gaveUp(new Error(`${node.name} ended at once (${how}).${words}`)),
          settings.gaveUp,
        );
        break;
    }
  };

  start();
  return {
    node,
    pid: () => child?.pid,
    kill: (signal) => void child?.kill(signal),
    stop: async (graceMs) => {
      asked = true;
      clearTimeout(restart);
      child?.kill('SIGTERM');
      const force = setTimeout(() => child?.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(force);
    },
  };
}

const outputPath = ({ root }: LabNode): string => join(root, 'logs', 'lab-output.log');

function launch(node: LabNode, { program, show }: NodeProcessSettings): ChildProcess {
  const command = [program, 'start', '-f', '--root', node.root];
  if (show !== undefined) {
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => show(`${node.name.padEnd(8)} ${line}`));
    }
    return child;
  }
  const file = openSync(outputPath(node), 'a', 0o640);
  const child = spawn(process.execPath, command, { stdio: ['ignore', file, file] });
  closeSync(file);
  return child;
}

/** The last lines of its output, for a node that did not start. */
async function lastWords(node: LabNode): Promise<string> {
  const text = await readFile(outputPath(node), 'utf8').catch(() => '');
  const lines = text.trim().split('\n').slice(-15).join('\n');
  return lines === '' ? '' : ` Its last words:\n${lines}`;
}
