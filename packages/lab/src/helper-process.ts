/** Adapter: a helper of the lab as a process of its own, which tells its news as lines of JSON. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface HelperProcess {
  readonly pid: number | undefined;
  /** False from the moment when it is gone. */
  runs(): boolean;
  /** A line on its stdin. */
  send(line: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it is gone, with its last words on stderr; '' when it had none. */
  readonly gone: Promise<string>;
  /** Closes its stdin, which ends it; SIGKILL `graceMs` later. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

/** Bytes of its last words that are kept. */
const lastWords = 4_096;

/** Runs `program` with `words`; `news` gets each line that is JSON. */
export function startHelper(program: string, words: readonly string[], news: (value: unknown) => void): HelperProcess {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-lastWords);
  });
  createInterface({ input: child.stdout }).on('line', (line) => news(JSON.parse(line)));
  // It may be gone before it has read what is sent.
  child.stdin.on('error', () => {});
  const gone = new Promise<string>((resolve) => {
    child.once('close', () => resolve(said.trim()));
    child.once('error', (error) => resolve(error.message));
  });
  return {
    pid: child.pid,
    runs: () => child.exitCode === null && child.signalCode === null,
    send: (line) => void child.stdin.write(`${line}\n`),
    kill: (signal) => void child.kill(signal),
    gone,
    stop: async (graceMs) => {
      child.stdin.end();
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(force);
    },
  };
}
