#!/usr/bin/env node
/** Adapter: the process around the lab. */
import { help, type LabOptions, parseArguments } from './arguments.ts';
import { runLab } from './lab.ts';

/** Ctrl-C and SIGTERM end the lab in good order; the terminal's Ctrl-C reaches the nodes too, which bear it. */
async function run(options: LabOptions): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    return await runLab(options, stop.signal);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

// A reader or a terminal that went away is no reason to leave the nodes behind: the lab goes on unseen, to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

const parsed = parseArguments(process.argv.slice(2));
switch (parsed.type) {
  case 'run':
    process.exitCode = await run(parsed.options);
    break;
  case 'help':
    process.stdout.write(`${help}\n`);
    break;
  case 'wrong':
    process.stderr.write(`${parsed.text}\n`);
    process.exitCode = 1;
    break;
}
