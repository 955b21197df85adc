/** Adapter: this process's terminal, streams and files. */
import { chmodSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '@muster/actor';
import type { InspectDeps } from './inspect.ts';
import { Refusal } from './run/context.ts';
import type { PromptDeps } from './terminal/prompt.ts';

/** What the command line gives: the node, and where words go. */
export type InspectOutput = Pick<InspectDeps, 'open' | 'out' | 'error' | 'paint' | 'outIsTerminal' | 'flow'>;

/** The world of one inspector in this process. */
export const processDeps = (given: InspectOutput): InspectDeps => ({
  ...given,
  clock: systemClock,
  wallNow: () => Date.now(),
  terminal: terminalOf(given),
  lines: () => createInterface({ input: process.stdin, terminal: false }),
  save: saveNew,
});

function terminalOf({ outIsTerminal }: InspectOutput): PromptDeps | undefined {
  const { stdin, stdout } = process;
  if (stdin.isTTY !== true || !outIsTerminal) return undefined;
  return {
    input: stdin,
    output: stdout,
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    historyFile: historyFile(),
  };
}

/** Node makes it with 0600; one that is there may have been made by hand. */
function historyFile(): string {
  const file = join(homedir(), '.muster_inspect_history');
  try {
    chmodSync(file, 0o600);
  } catch {
    // It is not there yet, or not ours: then it is not written either.
  }
  return file;
}

async function saveNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Refusal(`${file} is there already, and is not written over: name another file.`);
    throw new Refusal(`${file} cannot be written: ${message}`);
  }
}
