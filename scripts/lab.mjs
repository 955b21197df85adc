#!/usr/bin/env node
/**
 * `npm run lab`: builds what is not built, then runs the lab with the same arguments.
 *
 * Ctrl-C reaches the whole foreground group, so this process only waits for the lab to stop in good order.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

await bootstrap();

const main = fileURLToPath(new URL('../packages/lab/dist/main.js', import.meta.url));
const lab = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
const forward = (signal) => lab.kill(signal);
process.on('SIGINT', () => {});
process.on('SIGTERM', () => forward('SIGTERM'));
lab.on('error', (error) => {
  process.stderr.write(`The lab could not be started: ${error.message}\n`);
  process.exitCode = 1;
});
lab.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
