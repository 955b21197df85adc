/** What commands share: a conversation with the node, and results for programs. */
import type { ControlClient } from '@muster/control';
import type { CommandDeps, Output } from './commands.ts';
import type { ExitCode } from './exit-codes.ts';
import { sayingThatItWaits } from './waiting.ts';

/** A person thinks after 2 s that it hangs. */
const silentMs = 2_000;

/** Opens the node of `root` for an order and closes the conversation after it, whatever came of it. That it takes long is said. */
export function withClient(
  deps: Pick<CommandDeps, 'open' | 'clock'>,
  output: Pick<Output, 'error'>,
  root: string,
  use: (client: ControlClient) => Promise<ExitCode>,
): Promise<ExitCode> {
  const work = async (): Promise<ExitCode> => {
    const client = await deps.open(root);
    try {
      return await use(client);
    } finally {
      client.close();
    }
  };
  return sayingThatItWaits(work(), deps.clock, silentMs, () =>
    output.error(
      `The Muster of R (${root}) has not answered yet; waiting for it. Ctrl-C ends the waiting, and not what was asked.`,
    ),
  );
}

/** Milliseconds are whole: the clock's fractions tell nobody anything. For `JSON.stringify`. */
export const writeWholeMs = (key: string, value: unknown): unknown =>
  key.endsWith('Ms') && typeof value === 'number' ? Math.round(value) : value;

export const asJson = (value: unknown): string => JSON.stringify(value, writeWholeMs, 2);
