#!/usr/bin/env node
import { commandDeps, processOutput, version } from './process.ts';
/** Adapter: the process around the command line. */
import { runProgram } from './program.ts';

process.exitCode = await runProgram(process.argv.slice(2), commandDeps, processOutput, process.env, version);
