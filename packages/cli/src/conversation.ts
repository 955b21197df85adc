/** What commands share: a conversation with the node, and results for programs. */
import type { ControlClient } from '@muster/control';
import type { CommandDeps } from './commands.ts';
import type { ExitCode } from './exit-codes.ts';

/** Opens the node of `root` for `use` and closes the conversation after it, whatever came of it. */
export async function withClient(
  deps: CommandDeps,
  root: string,
  use: (client: ControlClient) => Promise<ExitCode>,
): Promise<ExitCode> {
  const client = await deps.open(root);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** Milliseconds are whole: the clock's fractions tell nobody anything. For `JSON.stringify`. */
export const writeWholeMs = (key: string, value: unknown): unknown =>
  key.endsWith('Ms') && typeof value === 'number' ? Math.round(value) : value;

export const asJson = (value: unknown): string => JSON.stringify(value, writeWholeMs, 2);
