#!/usr/bin/env node
/**
 * `npm run simulate`: builds what is not built, then runs the simulation with the same arguments.
 *
 * Ctrl-C reaches the whole foreground group, so this process only waits for the simulation to say what it has learnt.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

bootstrap();

const main = fileURLToPath(new URL('../packages/simulation/dist/main.js', import.meta.url));
const simulation = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
process.on('SIGINT', () => {});
process.on('SIGTERM', () => simulation.kill('SIGTERM'));
simulation.on('error', (error) => {
  process.stderr.write(`The simulation could not be started: ${error.message}\n`);
  process.exitCode = 1;
});
simulation.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
