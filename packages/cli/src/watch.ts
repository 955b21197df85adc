/** `--watch`: looks again and again, over the node's restarts, until Ctrl-C or until nobody reads. */

import { type Board, frames, pieces } from './boards.ts';
import type { CommandDeps, Output } from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { openSteady, tryingAgain } from './steady.ts';
import type { Look, ShowOptions } from './view.ts';
import { pause } from './waiting.ts';

/** Ends as the last look; with 3 where the node cannot be reached at the end, or cannot from the first. */
export async function watch(
  deps: CommandDeps,
  output: Output,
  options: ShowOptions & { readonly watchMs: number },
  look: Look,
): Promise<ExitCode> {
  const { root, watchMs } = options;
  const { clock } = deps;
  const stop = deps.interrupt();
  const board: Board =
    output.terminal === undefined || options.json
      ? pieces(output, options.json)
      : frames(output, output.terminal, options, deps.wallNow);
  let code: ExitCode = exitCodes.notReachable;
  const lost = (text: string): void => {
    code = exitCodes.notReachable;
    board.notice(tryingAgain(text), true);
  };
  const found = (): void => board.notice('The node answers again.', false);
  const steady = openSteady({ open: () => deps.look(root), clock, stop, lost, found });
  try {
    while (!stop.aborted) {
      const view = await steady.ask((client) => look(client, output.paint));
      if (view === undefined) break;
      code = view.code;
      board.show(view);
      if ((await output.flow?.()) === false) break;
      await pause(clock, watchMs, stop);
    }
    return code;
  } finally {
    steady.close();
  }
}
