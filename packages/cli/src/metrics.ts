import type { NodeName } from '@muster/protocol';
import { printable } from '@muster/render';
import type { CommandDeps, Output } from './commands.ts';
import { withClient } from './conversation.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** The metrics of the node of R, or of `node`, as Prometheus reads them. */
export const showMetrics = (
  deps: CommandDeps,
  output: Output,
  root: string,
  node: NodeName | undefined,
): Promise<ExitCode> =>
  withClient(deps, root, async (client) => {
    const text = await client.at(node).metrics();
    output.out(text.trimEnd().split('\n').map(printable).join('\n'));
    return exitCodes.fine;
  });
