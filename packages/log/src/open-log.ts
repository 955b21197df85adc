/** Adapter: winston, with a transport for the file and one for standard output. */
import type { Writable } from 'node:stream';
import * as winston from 'winston';
import { openClusterFile } from './cluster-file.ts';
import { type LogRecord, layout } from './layout.ts';
import { isLogged, type LogFormat, type LogLevel, levels } from './levels.ts';

/** At run time it is `Transport`; winston's types know it only as `transport`. */
const { Transport } = winston as unknown as {
  readonly Transport: new (options: {
    readonly log: (info: { readonly message: string }, done: () => void) => void;
  }) => winston.transport;
};

export interface LogOptions {
  /** R: lines go to `R/logs/cluster.log`. Undefined: to no file. */
  readonly root?: string;
  readonly format: LogFormat;
  readonly level: LogLevel;
  /** Whether lines go to standard output too. */
  readonly stdout: boolean;
  /** Wall clock, ms since 1970. */
  readonly wallNow: () => number;
  /** Who new log files belong to; the daemon's own user when undefined. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** In place of the process's own standard output and error. */
  readonly streams?: { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WritableStream };
}

export interface Log {
  /** A logger whose lines carry `[tag] [subtag]`. Cheap. When a call returns, its line is with the system. */
  for(tag: string, subtag: string): Logger;
  setLevel(level: LogLevel): void;
  level(): LogLevel;
  /** Opens the file anew at the next line. Renaming or deleting it is noticed without this, too. */
  reopen(): void;
  /** Resolves when every line is written and packing has ended. What is logged later is lost. */
  close(): Promise<void>;
}

/** `fields` are for `json`, and for `plain` from the level debug on; those named like a secret are masked. */
type Say = (text: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Never throws, and waits for no reader of standard output. */
export interface Logger {
  readonly debug2: Say;
  readonly debug: Say;
  readonly info: Say;
  readonly warning: Say;
  readonly error: Say;
  readonly critical: Say;
}

/** Opens the log. What cannot be written is told on standard error, once, and written when it can be. */
export function openLog(options: LogOptions): Log {
  const { root, owner, wallNow, streams = process } = options;
  const trouble = (text: string): void => void streams.stderr.write(`muster: ${text}\n`);
  const file = root === undefined ? undefined : openClusterFile({ root, owner, wallNow, trouble });
  streams.stderr.on('error', ignore);
  const sinks = [
    ...(file === undefined ? [] : [file.write]),
    ...(options.stdout ? [standardOutput(streams.stdout, trouble)] : []),
  ];
  const engine = openWinston(options.level, sinks);
  let closed = false;

  const say =
    (level: LogLevel, tag: string, subtag: string): Say =>
    (text, fields) => {
      if (closed || !isLogged(level, engine.level as LogLevel)) return;
      const record: LogRecord = { level, tag, subtag, text: String(text), fields, at: wallNow() };
      engine.log({ level, message: layout(record, options.format, engine.level as LogLevel) });
    };

  return {
    for: (tag, subtag) => loggerOf((level) => say(level, tag, subtag)),
    setLevel: (level) => {
      engine.level = level;
    },
    level: () => engine.level as LogLevel,
    reopen: () => file?.reopen(),
    close: async () => {
      if (closed) return;
      closed = true;
      await drained(engine);
      streams.stderr.off('error', ignore);
      await file?.close();
    },
  };
}

const loggerOf = (say: (level: LogLevel) => Say): Logger => ({
  debug2: say('debug2'),
  debug: say('debug'),
  info: say('info'),
  warning: say('warning'),
  error: say('error'),
  critical: say('critical'),
});

type Sink = (line: string) => void;

/** Without sinks there is one that forgets: winston complains of having none. */
function openWinston(level: LogLevel, sinks: readonly Sink[]): winston.Logger {
  const to = sinks.length > 0 ? sinks : [() => {}];
  return winston.createLogger({ levels, level, transports: to.map(transportTo) });
}

const transportTo = (sink: Sink): winston.transport =>
  new Transport({
    log: (info: { readonly message: string }, done: () => void) => {
      sink(info.message);
      done();
    },
  });

/** Resolves when each transport has been given every line. */
async function drained(engine: winston.Logger): Promise<void> {
  const finished = engine.transports.map(
    (transport) => new Promise<void>((resolve) => void transport.once('finish', resolve)),
  );
  engine.end();
  await Promise.all(finished);
}

/** Bytes that wait for a reader of standard output; what is logged beyond them is in the file alone. */
export const maxUnreadBytes = 1024 * 1024;

/** A standard output that breaks (its reader has gone), or whose reader sleeps, is told of once; the file goes on. */
function standardOutput(stdout: NodeJS.WritableStream, trouble: (text: string) => void): Sink {
  let broken = false;
  let unread = false;
  stdout.on('error', (error: Error) => {
    if (!broken) trouble(`Standard output cannot be written any more: ${error.message}`);
    broken = true;
  });
  return (line) => {
    if (broken) return;
    const full = ((stdout as Partial<Writable>).writableLength ?? 0) > maxUnreadBytes;
    if (full && !unread) trouble('Nobody reads standard output: lines are left out there until somebody does.');
    unread = full;
    if (!full) stdout.write(`${line}\n`);
  };
}

const ignore = (): void => {};
