#!/usr/bin/env node
/** Adapter: the process around the command line. */

// Node's answer to SIGUSR1 is a debugger, open to every user of this machine: taken before the rest is even loaded.
process.on('SIGUSR1', () => {});

const { commandDeps, processOutput, version } = await import('./process.ts');
const { runProgram } = await import('./program.ts');

process.exitCode = await runProgram(process.argv.slice(2), commandDeps, processOutput, process.env, version);
