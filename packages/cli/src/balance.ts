/** `muster drain`, `muster undrain`: which nodes get agents through HAProxy. */
import { printable } from '@muster/render';
import type { CommandDeps, Output } from './commands.ts';
import { withClient } from './conversation.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

export const drainNode = (
  deps: CommandDeps,
  output: Output,
  root: string,
  node: string,
  drained: boolean,
): Promise<ExitCode> =>
  withClient(deps, output, root, async (client) => {
    const isNews = await client.drain(node, drained);
    if (!drained && !isNews) {
      output.out(`${node} was not drained: nothing is changed.`);
      return exitCodes.fine;
    }
    const { instances } = await client.balance();
    const away = instances.flatMap(({ endpoint, reachable }) => (reachable ? [] : [printable(endpoint)]));
    output.out(drained ? drainedWords(node, isNews, away) : `${node} gets agents again${howFar(away)}`);
    return exitCodes.fine;
  });

/** `away`: HAProxys that cannot be reached, where nothing is done before they are. */
function drainedWords(node: string, isNews: boolean, away: readonly string[]): string {
  const what = `${node} ${isNews ? 'is' : 'was, and stays,'} drained`;
  return `${what}: its agents are moved, and it gets no new ones until muster undrain ${node}${howFar(away)}`;
}

const howFar = (away: readonly string[]): string =>
  away.length === 0
    ? '. muster balance shows how far it is.'
    : `. At ${away.join(', ')} this is done once HAProxy can be reached: see muster balance.`;
