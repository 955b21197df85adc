/** `muster balance`, `muster drain`, `muster undrain`: the agents' backend of each HAProxy. */
import type { CommandDeps, Output } from './commands.ts';
import { asJson, withClient } from './conversation.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { isBalanced, renderBalance } from './render/balance.ts';

export interface BalanceOptions {
  /** Show what a plan made now would do. Nothing is moved by asking. */
  readonly plan: boolean;
  readonly json: boolean;
}

export const showBalance = (
  deps: CommandDeps,
  output: Output,
  root: string,
  { plan, json }: BalanceOptions,
): Promise<ExitCode> =>
  withClient(deps, root, async (client) => {
    const balance = await client.balance();
    output.out(json ? asJson(balance) : renderBalance(balance, plan, output.paint).join('\n'));
    return isBalanced(balance) ? exitCodes.fine : exitCodes.notInSync;
  });

export const drainNode = (
  deps: CommandDeps,
  output: Output,
  root: string,
  node: string,
  drained: boolean,
): Promise<ExitCode> =>
  withClient(deps, root, async (client) => {
    await client.drain(node, drained);
    output.out(
      drained
        ? `${node} is drained: its agents are moved, and it gets no new ones until muster undrain ${node}. muster balance shows how far it is.`
        : `${node} gets agents again; muster balance shows how far it is.`,
    );
    return exitCodes.fine;
  });
