/** Adapter: this process's streams, and the packages that the commands reach. */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@muster/actor';
import { clientTimeoutMs, openControl } from '@muster/control';
import { paintFor } from '@muster/render';
import { bearBrokenPipes } from './broken-pipe.ts';
import type { CommandDeps, Output } from './commands.ts';
import { startDetached } from './detach.ts';
import { readSecret } from './read-secret.ts';
import { stopPatienceMs, stopProcess } from './stop.ts';

export const version: string = createRequire(import.meta.url)('../package.json').version;

/** A first scan of a large tree may come before the first answer. */
const startPatienceMs = 30_000;

const open = (root: string) => openControl(root, clientTimeoutMs);

/** Milliseconds from the start of this process after which a node that does not answer is given up: it ends within 2 s. */
const patienceMs = 1_750;
/** Milliseconds that are left for an answer however slowly this process started, and later on. */
const leastMs = 1_200;
const look = (root: string) => openControl(root, Math.max(leastMs, Math.round(patienceMs - performance.now())));

export const commandDeps: CommandDeps = {
  open,
  look,
  clock: systemClock,
  wallNow: () => Date.now(),
  interrupt,
  run: async ({ logFormat, ...options }) => {
    const { runDaemon } = await import('@muster/daemon');
    return runDaemon(logFormat === undefined ? options : { ...options, logFormat });
  },
  detach: (options, output) =>
    startDetached(options, output, {
      program: fileURLToPath(new URL('main.js', import.meta.url)),
      open,
      patienceMs: startPatienceMs,
    }),
  stop: (pid) => stopProcess(pid, stopPatienceMs),
  checkConfig: async (root) => {
    const { checkConfiguration } = await import('./check-config.ts');
    return checkConfiguration(root);
  },
  readConfig: async (root) => (await import('@muster/daemon')).readConfig(root),
  inspect: async (root, options, { out, error, paint, outIsTerminal = false, flow = async () => true }) => {
    const { inspect, processDeps } = await import('@muster/inspector');
    return inspect(options, processDeps({ open: () => open(root), out, error, paint, outIsTerminal, flow }));
  },
  doctor: async (root, json, output) => {
    const { runDoctor } = await import('./doctor/run.ts');
    const { processDoctor } = await import('./doctor/process.ts');
    return runDoctor(processDoctor(root, look), output, json).finally(endWhatHangs);
  },
  supportBundle: async (root, file, output) => {
    const { writeBundle } = await import('./bundle/write.ts');
    const { processBundle } = await import('./bundle/process.ts');
    return writeBundle(processBundle(root, look, version), output, file).finally(endWhatHangs);
  },
  users: {
    read: async (path) => (await (await import('@muster/http-api/users')).readUsers(path)).users,
    write: async (path, users, like) => (await import('@muster/http-api/users')).writeUsers(path, users, like),
    hash: async (password) => {
      const { hashPassword, saltBytes } = await import('@muster/http-api/users');
      return hashPassword(password, randomBytes(saltBytes));
    },
    secret: readSecret,
  },
  newKey: async () => (await import('@muster/config')).generateKey(randomBytes),
};

/** A call of the system that never comes back, as of a disk that hangs, would keep this process; by now all is said. */
function endWhatHangs(): void {
  setTimeout(() => process.exit(), 500).unref();
}

let isRead = true;
process.stdout.on('error', () => {
  isRead = false;
});

bearBrokenPipes();

export const processOutput: Output = {
  out: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
  paint: paintFor(process.stdout.isTTY === true, process.env),
  outIsTerminal: process.stdout.isTTY === true,
  ...(process.stderr.isTTY === true ? { progress: showProgress } : {}),
  flow,
  ...(process.stdout.isTTY === true ? { terminal: { write: (text) => void process.stdout.write(text), size } } : {}),
};

function size(): { readonly rows: number; readonly columns: number } {
  return { rows: process.stdout.rows || 24, columns: process.stdout.columns || 80 };
}

/** A second one ends the process, as ever. */
function interrupt(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

let shown = '';
/** `\r`, and what is left of a longer line before is cleared. */
function showProgress(text: string): void {
  if (text !== shown) process.stderr.write(`\r\x1b[K${text}`);
  shown = text;
}

/** A full pipe is waited for, so that a slow reader costs no memory. */
async function flow(): Promise<boolean> {
  if (isRead && process.stdout.writableNeedDrain) {
    await new Promise<void>((resolve) => {
      const events = ['drain', 'error', 'close'] as const;
      const settle = (): void => {
        for (const event of events) process.stdout.off(event, settle);
        resolve();
      };
      for (const event of events) process.stdout.on(event, settle);
    });
  }
  return isRead;
}
