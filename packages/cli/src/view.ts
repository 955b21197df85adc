/** What a command shows of the node, once or again and again. */
import type { ControlClient } from '@muster/control';
import type { Paint } from '@muster/render';
import type { CommandDeps, Output } from './commands.ts';
import { asJson } from './conversation.ts';
import type { ExitCode } from './exit-codes.ts';
import { watch } from './watch.ts';

/** One look at the node. */
export interface View {
  /** For programs. */
  readonly value: unknown;
  /** For people. */
  readonly lines: readonly string[];
  readonly code: ExitCode;
}

/** Asks the node. Rejects with a `ControlError`. */
export type Look = (client: ControlClient, paint: Paint) => Promise<View>;

export interface ShowOptions {
  readonly root: string;
  readonly json: boolean;
  /** Milliseconds between two looks; undefined: one look. */
  readonly watchMs: number | undefined;
  /** What is looked at, for the head of a screen: `muster nodes`. */
  readonly title: string;
}

/** Shows what `look` finds. Of a node that hangs this is said in under 2 s. */
export async function show(deps: CommandDeps, output: Output, options: ShowOptions, look: Look): Promise<ExitCode> {
  const { root, json, watchMs } = options;
  if (watchMs !== undefined) return await watch(deps, output, { ...options, watchMs }, look);
  const client = await deps.look(root);
  try {
    const { value, lines, code } = await look(client, output.paint);
    output.out(json ? asJson(value) : lines.join('\n'));
    return code;
  } finally {
    client.close();
  }
}
