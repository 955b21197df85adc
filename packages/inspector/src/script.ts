/** Commands of a program: from `--eval`, or a pipe. Ends with the first that fails. */
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { runLine } from './line.ts';
import type { Context } from './run/context.ts';

/** `lines`: one or more commands each. Nothing more is read behind `exit`, or when nobody reads what is said. */
export async function runScript(
  lines: AsyncIterable<string> | Iterable<string>,
  context: Context,
  error: (text: string) => void,
): Promise<ExitCode> {
  for await (const line of lines) {
    const { code, leave } = await runLine(line, context, error);
    if (code !== exitCodes.fine || leave) return code;
    if (!(await context.flow())) break;
  }
  return exitCodes.fine;
}
