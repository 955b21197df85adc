/** The inspector: at a prompt, from a pipe, or for `--eval`. */
import type { Clock } from '@muster/actor';
import type { ControlClient } from '@muster/control';
import type { NodeName } from '@muster/protocol';
import { age, type Paint, plain, printable } from '@muster/render';
import { completeLine } from './completion.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { runLine } from './line.ts';
import type { Context } from './run/context.ts';
import { runScript } from './script.ts';
import { openSession, type Session } from './session.ts';
import { openPrompt, type PromptDeps } from './terminal/prompt.ts';

export interface InspectOptions {
  /** The node to look at first. Undefined: the one that is connected to. */
  readonly node: NodeName | undefined;
  /** Orders may be given. */
  readonly operate: boolean;
  /** One JSON value for each command. */
  readonly json: boolean;
  /** Commands to do, in place of those that are typed or piped. */
  readonly eval: string | undefined;
}

/** What the inspector needs of the world. */
export interface InspectDeps {
  /** Rejects with a `ControlError`. */
  readonly open: () => Promise<ControlClient>;
  readonly clock: Clock;
  readonly wallNow: () => number;
  /** Whole lines: results, and what is no result. */
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly paint: Paint;
  readonly outIsTerminal: boolean;
  /** Resolves when what was written is on its way; false: nobody reads it. */
  readonly flow: () => Promise<boolean>;
  /** Of a terminal on both sides; undefined: there is none. */
  readonly terminal: PromptDeps | undefined;
  /** Lines of stdin, where there is no terminal. */
  readonly lines: () => AsyncIterable<string>;
  /** Writes a new file, 0600. Rejects when there is one. */
  readonly save: (file: string, text: string) => Promise<void>;
}

/** Milliseconds that `top`, `trace` and `events --follow` of a script wait for a lost node. At a prompt a person ends it. */
const scriptPatienceMs = 30_000;
/** Between two looks at the node while nobody asks anything, ms: so a restart is noticed, and the socket kept open. */
const beatMs = 5_000;

/** Never rejects but for a bug: a fault is said, and is the exit code. */
export const inspect = (options: InspectOptions, deps: InspectDeps): Promise<ExitCode> =>
  options.eval === undefined && deps.terminal !== undefined
    ? atPrompt(options, deps, deps.terminal)
    : inScript(options, deps);

async function inScript(options: InspectOptions, deps: InspectDeps): Promise<ExitCode> {
  const { clock, error } = deps;
  const session = openSession({ open: deps.open, clock, notice: error }, options.node);
  const context: Context = {
    ...contextOf(options, deps, session),
    style: { paint: deps.paint, boxes: deps.outIsTerminal },
    out: deps.out,
    notice: error,
    live: undefined,
    columns: () => Number.POSITIVE_INFINITY,
    stop: new AbortController().signal,
    patienceMs: 0,
    liveMs: scriptPatienceMs,
  };
  try {
    return await runScript(options.eval === undefined ? deps.lines() : [options.eval], context, error);
  } finally {
    session.close();
  }
}

async function atPrompt(options: InspectOptions, deps: InspectDeps, terminal: PromptDeps): Promise<ExitCode> {
  const { clock, error } = deps;
  let notice = error;
  const ended = new AbortController();
  const session = openSession({ open: deps.open, clock, notice: (text) => notice(text) }, options.node);
  const greeted = await greet(session, ended.signal, deps);
  if (greeted !== exitCodes.fine) return greeted;
  const paint = options.json ? plain : deps.paint;
  const prompt = openPrompt(terminal, {
    text: () => `${paint('muster', 'dim')} ${paint(session.node(), 'bold')}> `,
    complete: (line) => completeLine(line, session, ended.signal),
    run: async (line, { live, stop }) => {
      const context: Context = {
        ...contextOf(options, deps, session),
        style: { paint, boxes: true },
        out: prompt.say,
        notice: prompt.say,
        live: options.json ? undefined : live,
        columns: () => live.size().columns,
        stop: AbortSignal.any([stop, ended.signal]),
        patienceMs: Number.POSITIVE_INFINITY,
        liveMs: Number.POSITIVE_INFINITY,
      };
      const { leave } = await runLine(line, context, (text) => prompt.say(paint(text, 'bad')));
      return leave;
    },
  });
  notice = prompt.say;
  beat(session, prompt.isBusy, clock, ended.signal);
  await prompt.left;
  ended.abort();
  session.close();
  return exitCodes.fine;
}

const contextOf = (
  { operate, json }: InspectOptions,
  { clock, wallNow, flow, save }: InspectDeps,
  session: Session,
) => ({ session, clock, wallNow, flow, save, operate, json });

/** The first contact: without a node there is nothing to look at. */
async function greet(session: Session, stop: AbortSignal, { out, error }: InspectDeps): Promise<ExitCode> {
  try {
    const { node, role, pid, version, uptimeMs } = await session.view((at) => at.health(), { stop, patienceMs: 0 });
    out(
      `Muster ${printable(version)}: ${node}, ${role}, process ${pid}, up ${age(uptimeMs)}. help lists the commands.`,
    );
    return exitCodes.fine;
  } catch (caught) {
    if (!(caught instanceof Error) || caught.name !== 'ControlError') throw caught;
    error(printable(caught.message));
    session.close();
    return exitCodeOf(caught);
  }
}

/** A lost node is waited for while nobody asks, too. */
function beat(session: Session, isBusy: () => boolean, clock: Clock, stop: AbortSignal): void {
  const look = async (): Promise<void> => {
    const wait = { stop, patienceMs: Number.POSITIVE_INFINITY };
    // What a silent node says is told to whoever asks it something.
    if (!isBusy()) await session.view((_node, here) => here.health(), wait).catch(() => {});
    if (!stop.aborted) again();
  };
  const again = (): void => {
    const cancel = clock.after(beatMs, () => {
      stop.removeEventListener('abort', cancel);
      look().catch(() => {});
    });
    stop.addEventListener('abort', cancel, { once: true });
  };
  again();
}
