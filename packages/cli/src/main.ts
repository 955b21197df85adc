#!/usr/bin/env node
/** Adapter: the process around the command line. */
import './no-debugger.ts';
import { commandDeps, processOutput, version } from './process.ts';
import { runProgram } from './program.ts';

process.exitCode = await runProgram(process.argv.slice(2), commandDeps, processOutput, process.env, version);
