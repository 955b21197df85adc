/** A script in a process of its own, as if it were this one. */
import { spawn } from 'node:child_process';
import process from 'node:process';

/** 128 and the number of SIGINT, as a shell has it. */
const interrupted = 130;

/**
 * Runs it with this process's terminal and ends with its exit code. Whoever asks this process to stop asks it too: that
 * may say first what it has learnt. From a terminal's Ctrl-C, which reaches both, it hears twice.
 */
export function runInForeground(script, args) {
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${script} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (['SIGINT', 'SIGTERM', 'SIGHUP'].includes(signal) ? interrupted : 1);
  });
}
