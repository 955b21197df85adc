/** One line of commands, done and said: the same at the prompt, from a pipe and from `--eval`. */
import { printable } from '@muster/render';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { type Parsed, parse } from './language/parse.ts';
import { commandsOf } from './language/words.ts';
import { type Context, Refusal } from './run/context.ts';
import { run } from './run/run.ts';
import { Stopped } from './waiting.ts';

/** What came of a line. `leave`: it said `exit`. */
export interface Outcome {
  readonly code: ExitCode;
  readonly leave: boolean;
}

const fine: Outcome = { code: exitCodes.fine, leave: false };

/** Does the commands of `line` in order, to the first that fails. Nothing is done of a line that holds one that cannot be read. */
export async function runLine(line: string, context: Context, error: (text: string) => void): Promise<Outcome> {
  const commands = commandsOf(line).map(parse);
  const fault = commands.find((parsed) => !parsed.ok);
  if (fault?.ok === false) return failed(new Refusal(fault.text), context, error);
  for (const parsed of commands) {
    if (!parsed.ok) continue;
    if (parsed.command.name === 'exit') return { code: exitCodes.fine, leave: true };
    const outcome = await runOne(parsed, context, error);
    if (outcome.code !== exitCodes.fine) return outcome;
  }
  return fine;
}

async function runOne(
  parsed: Extract<Parsed, { ok: true }>,
  context: Context,
  error: (text: string) => void,
): Promise<Outcome> {
  try {
    const { value, lines } = await run(parsed, context);
    if (context.json) context.out(JSON.stringify(value, readable));
    else if (lines.length > 0) context.out(lines.join('\n'));
    await context.flow();
    return fine;
  } catch (caught) {
    // Ctrl-C: the person knows.
    if (caught instanceof Stopped) return { code: exitCodes.fault, leave: false };
    return failed(caught, context, error);
  }
}

/** As JSON a fault is the value of its command, so that each command has one. A bug is thrown on. */
function failed(caught: unknown, context: Context, error: (text: string) => void): Outcome {
  if (!(caught instanceof Error) || !['Refusal', 'ControlError'].includes(caught.name)) throw caught;
  const code = 'code' in caught && typeof caught.code === 'string' ? caught.code : 'refused';
  if (context.json) context.out(JSON.stringify({ error: { code, message: caught.message } }));
  else error(caught.message.split('\n').map(printable).join('\n'));
  return { code: exitCodeOf(caught), leave: false };
}

/** Microseconds are fine enough for any duration. */
const readable = (key: string, value: unknown): unknown =>
  key.endsWith('Ms') && typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
