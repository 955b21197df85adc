/** Adapter: the command line, run as an operator runs it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** Milliseconds that a command may take; the command's own deadlines are shorter. */
const commandMs = 120_000;

export interface CommandResult {
  /** The exit code. */
  readonly code: number;
  /** What it wrote to stdout and stderr, in this order. */
  readonly text: string;
}

/** Runs the built `muster` with `words`, for the node of `root`; for example `why worker1`. Never rejects. */
export const muster = (root: string, ...words: readonly string[]): Promise<CommandResult> =>
  run(process.execPath, [program, ...words, '--root', root]);

/** The same for `cluster_control`, as it stands in R/bin. */
export const clusterControl = (root: string, ...words: readonly string[]): Promise<CommandResult> =>
  run(join(root, 'bin/cluster_control'), words);

const run = (command: string, words: readonly string[]): Promise<CommandResult> =>
  new Promise((resolve) => {
    execFile(command, words, { timeout: commandMs, encoding: 'utf8' }, (error, out, errors) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, text: `${out}${errors}` });
    });
  });
