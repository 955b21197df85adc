/** Adapter: the prompt, on node:repl. Its `eval` reads commands of ours; no JavaScript is ever evaluated. */
import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { type REPLServer, start } from 'node:repl';
import type { Readable, Writable } from 'node:stream';
import type { Completion } from '../language/complete.ts';
import type { Live } from '../run/context.ts';
import { takeKeys } from './keys.ts';
import { openScreen } from './screen.ts';

export interface PromptDeps {
  readonly input: Readable;
  readonly output: Writable;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Where lines are remembered. Undefined: nowhere. */
  readonly historyFile: string | undefined;
}

/** What one line is run with. */
export interface Run {
  readonly live: Live;
  /** Aborted by Ctrl-C, and when the terminal goes away. */
  readonly stop: AbortSignal;
}

export interface PromptHandlers {
  readonly text: () => string;
  /** Resolves with true to leave. Never rejects but for a bug. */
  readonly run: (line: string, run: Run) => Promise<boolean>;
  readonly complete: (line: string) => Promise<Completion>;
}

export interface Prompt {
  /** Whole lines, above what is being typed or drawn. */
  readonly say: (text: string) => void;
  /** Whether a command runs now. */
  readonly isBusy: () => boolean;
  /** Resolves when the person has left. */
  readonly left: Promise<void>;
}

export function openPrompt({ input, output, size, historyFile }: PromptDeps, handlers: PromptHandlers): Prompt {
  const screen = openScreen((text) => void output.write(text));
  let running: AbortController | undefined;

  /** `done` shows the prompt; what was typed ahead comes behind it. A bug is shown as one, and ends nothing. */
  const run = async (line: string, done: (error: Error | null) => void): Promise<void> => {
    const stop = new AbortController();
    running = stop;
    const keys = takeKeys(input, () => stop.abort());
    const live: Live = { size, frame: screen.frame, done: screen.done, keys: keys.give };
    const outcome = await handlers.run(line, { live, stop: stop.signal }).catch((error: Error) => error);
    running = undefined;
    if (outcome === true) return server.close();
    server.setPrompt(handlers.text());
    done(outcome instanceof Error ? outcome : null);
    keys.release();
  };

  const server: REPLServer = start({
    prompt: handlers.text(),
    input,
    output,
    terminal: true,
    useColors: false,
    ignoreUndefined: true,
    eval: (line, _context, _file, done) => void run(line, (error) => done(error, undefined)),
    completer: completerOf(handlers),
  });
  dropKeywords(server);
  if (historyFile !== undefined) server.setupHistory(historyFile, () => {});
  return {
    isBusy: () => running !== undefined,
    say: (text) => (running === undefined ? sayAbove(server, output, text) : screen.say(text)),
    left: new Promise((resolve) => {
      server.once('exit', () => {
        running?.abort();
        resolve();
      });
    }),
  };
}

type Completed = (error: null, result: [string[], string]) => void;

const completerOf =
  ({ complete }: PromptHandlers) =>
  (line: string, done: Completed): void => {
    complete(line).then(
      ({ candidates, word }) => done(null, [[...candidates], word]),
      () => done(null, [[], line]),
    );
  };

/** Node's own: `.save` and `.load` write and read files, `.editor` is for programs. `.exit` is what its Ctrl-C speaks of. */
function dropKeywords(server: REPLServer): void {
  const commands = server.commands as Record<string, unknown>;
  for (const name of Object.keys(commands)) if (name !== 'exit') delete commands[name];
}

/** What is being typed is drawn again below `text`. */
function sayAbove(server: REPLServer, output: Writable, text: string): void {
  const { rows } = server.getCursorPos();
  moveCursor(output, 0, -rows);
  cursorTo(output, 0);
  clearScreenDown(output);
  output.write(`${text}\n`);
  // The editor would go up to where the line began before.
  Object.assign(server, { prevRows: 0 });
  server.prompt(true);
}
