/**
 * Adapter: a program on a pseudo-terminal, driven as by a person: keys go in, and what stands on the screen is read.
 *
 * The screen knows what our own programs and the line editor of Node.js send: lines, and going up, over and away.
 */
import { createRequire } from 'node:module';
import { type Screen, typewriter } from './typewriter.ts';

export interface TerminalOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Terminal {
  readonly pid: number;
  /** Keys. More than one at once is as if they were pasted. */
  readonly write: (keys: string) => void;
  /** What stands on the screen, and above it: lines without colours. */
  readonly text: () => string;
  /** Everything that was sent, as it came. */
  readonly sent: () => string;
  /** Resolves with the exit code. */
  readonly exited: Promise<number>;
  readonly kill: () => void;
}

interface Pty {
  readonly pid: number;
  readonly write: (text: string) => void;
  readonly kill: (signal?: string) => void;
  readonly onData: (listener: (text: string) => void) => void;
  readonly onExit: (listener: (end: { readonly exitCode: number }) => void) => void;
}
interface PtyModule {
  readonly spawn: (file: string, args: readonly string[], options: object) => Pty;
}

/** Ships with a binary for each usual system, and is left out on others. */
const ptyModule = (): PtyModule => createRequire(import.meta.url)('@lydell/node-pty') as PtyModule;

/** Why there is no pseudo-terminal here; undefined when there is. */
export function missingTerminal(): string | undefined {
  try {
    ptyModule();
    return undefined;
  } catch (error) {
    return `no pseudo-terminal (${error instanceof Error ? error.message.split('\n')[0] : error})`;
  }
}

/** Runs `command` on a terminal of its own. */
export function openTerminal(
  command: string,
  args: readonly string[],
  { env = {}, columns = 120, rows = 40 }: TerminalOptions = {},
): Terminal {
  const pty = ptyModule().spawn(command, args, {
    cols: columns,
    rows,
    env: { ...process.env, TERM: 'xterm-256color', ...env },
  });
  const screen: Screen = typewriter();
  let sent = '';
  let running = true;
  pty.onData((text) => {
    sent += text;
    screen.write(text);
  });
  return {
    pid: pty.pid,
    write: (keys) => pty.write(keys),
    text: screen.text,
    sent: () => sent,
    exited: new Promise((resolve) => {
      pty.onExit(({ exitCode }) => {
        running = false;
        resolve(exitCode);
      });
    }),
    kill: () => void (running && pty.kill('SIGKILL')),
  };
}
