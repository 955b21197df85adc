/** What each command does, with the world passed in; parsing is in `program.ts`. */

import type { Clock } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { ControlClient, LogLevel } from '@muster/control';
import type { InspectOptions } from '@muster/inspector';
import type { Paint } from '@muster/render';
import type { ConfigCheck } from './check-config.ts';
import { asJson, withClient } from './conversation.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { StopOutcome } from './stop.ts';
import type { UserDeps } from './users.ts';

export interface StartOptions {
  readonly root: string;
  readonly foreground: boolean;
  /** 0 INFO, 1 DEBUG, 2 DEBUG2 (`reference/config.md` 5); a value in the options files beats it. */
  readonly debug: number;
  /** Undefined: what muster.yaml says. */
  readonly logFormat: 'plain' | 'json' | undefined;
  /** Keep running as root (`-r`). */
  readonly stayRoot: boolean;
}

/** What the command line needs of the world. */
export interface CommandDeps {
  /** For orders, which may take time. Rejects with a `ControlError`. */
  readonly open: (root: string) => Promise<ControlClient>;
  /** The same for views: a node that hangs is given up in under 2 s from the start of this process. */
  readonly look: (root: string) => Promise<ControlClient>;
  readonly clock: Clock;
  readonly wallNow: () => number;
  /** Aborted by Ctrl-C from then on, in place of the end of this process. */
  readonly interrupt: () => AbortSignal;
  /** Runs the daemon in this process, to its end. */
  readonly run: (options: StartOptions) => Promise<ExitCode>;
  /** Starts the daemon as a process of its own and waits until it answers or dies. */
  readonly detach: (options: StartOptions, out: Output) => Promise<ExitCode>;
  /** Ends the process `pid` of a node and waits for its end. */
  readonly stop: (pid: number) => Promise<StopOutcome>;
  readonly checkConfig: (root: string) => Promise<ConfigCheck>;
  /** Rejects with a `ConfigError`. */
  readonly readConfig: (root: string) => Promise<NodeConfig>;
  readonly newKey: () => Promise<string>;
  /** The users of the HTTP API. */
  readonly users: UserDeps;
  /** Every check of this node and of the cluster, told to `output`. */
  readonly doctor: (root: string, json: boolean, output: Output) => Promise<ExitCode>;
  /** What helps to find a fault, written to the new file `file`. */
  readonly supportBundle: (root: string, file: string, output: Output) => Promise<ExitCode>;
  /** The inspector of actors, to its end. */
  readonly inspect: (root: string, options: InspectOptions, output: Output) => Promise<ExitCode>;
}

/** Where words go: results to `out`, faults to `error`. Each call is one or more whole lines. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly paint: Paint;
  /** Whether `out` is a terminal. */
  readonly outIsTerminal?: boolean;
  /** How far a long work is, in one line in the place of the one before; '' takes it away. Absent: nobody sees it. */
  readonly progress?: (text: string) => void;
  /** Resolves when what was given to `out` is on its way; false: nobody reads it any more. */
  readonly flow?: () => Promise<boolean>;
  /** `out` as a terminal that frames are drawn on; absent: it is none. */
  readonly terminal?: Terminal;
}

export interface Terminal {
  /** Text as it is. */
  readonly write: (text: string) => void;
  /** Now; each at least 1. */
  readonly size: () => { readonly rows: number; readonly columns: number };
}

export const startNode = (deps: CommandDeps, output: Output, options: StartOptions): Promise<ExitCode> =>
  options.foreground ? deps.run(options) : deps.detach(options, output);

/** Ends with 0 when the node has ended, with 3 when nothing runs, with 1 when it could not be stopped or still ends. */
export async function stopNode(deps: CommandDeps, output: Output, root: string): Promise<ExitCode> {
  let pid = 0;
  await withClient(deps, output, root, async (client) => {
    pid = (await client.health()).pid;
    return exitCodes.fine;
  });
  const outcome = await deps.stop(pid);
  if (outcome === 'ended') output.out(`Muster of R (${root}) has ended; it was process ${pid}.`);
  else output.error(`Muster of R (${root}), process ${pid}, ${notEnded[outcome]}`);
  return outcome === 'ended' ? exitCodes.fine : exitCodes.fault;
}

const notEnded: Record<Exclude<StopOutcome, 'ended'>, string> = {
  'not-allowed': 'may not be stopped by you. Ask as root, or as the user that it runs as.',
  'not-here': 'is no process of this machine. Does it run in a container? Stop it there.',
  late: 'was told to stop and has not ended after 60 s. See logs/cluster.log below R; kill -9 does no harm.',
};

/** As JSON on stdout also where it is faulty: a program reads one place. */
export async function checkConfig(deps: CommandDeps, output: Output, root: string, json: boolean): Promise<ExitCode> {
  const { ok, text, value } = await deps.checkConfig(root);
  if (json) output.out(asJson(value));
  else (ok ? output.out : output.error)(text);
  return ok ? exitCodes.fine : exitCodes.fault;
}

export async function printKey(deps: CommandDeps, output: Output): Promise<ExitCode> {
  output.out(await deps.newKey());
  return exitCodes.fine;
}

/** Of `node`, or of the one that is asked. */
export const setLogLevel = (
  deps: CommandDeps,
  output: Output,
  { root, node, level }: { readonly root: string; readonly node: string | undefined; readonly level: LogLevel },
): Promise<ExitCode> =>
  withClient(deps, output, root, async (client) => {
    await client.at(node).setLogLevel(level);
    output.out(`${node ?? 'The node'} logs at ${level} until its next start or reload.`);
    return exitCodes.fine;
  });

export const forgetNode = (deps: CommandDeps, output: Output, root: string, node: string): Promise<ExitCode> =>
  withClient(deps, output, root, async (client) => {
    await client.forget(node);
    output.out(`${node} is forgotten; should it link again, it is listed again.`);
    return exitCodes.fine;
  });
